import pytest

from harness.economics.hardware import parse_hardware, replicas_for
from harness.errors import ConfigError, UnknownNameError


def machine(**settings):
    return parse_hardware({"big": settings})["big"]


def test_throughput_is_what_was_stated_for_every_candidate_or_for_one():
    assert machine(usd_per_hour=1.5, calls_per_second=40).throughput("lora", None) == 40
    by_name = machine(usd_per_hour=1.5, calls_per_second={"lora": 12})
    assert by_name.throughput("lora", 0.5) == 12
    assert by_name.throughput("full", 0.5) is None


def test_a_relative_speed_needs_a_measurement_to_be_relative_to():
    fast = machine(usd_per_hour=1.5, relative_speed=8)
    assert fast.throughput("lora", 0.5) == 16
    assert fast.throughput("lora", None) is None


def test_replicas_carry_the_peak():
    assert replicas_for(0.001, 10, 0.5) == 1
    assert replicas_for(5, 10, 0.5) == 1
    assert replicas_for(5.001, 10, 0.5) == 2
    assert replicas_for(0.3, 0.1, 1.0) == 3


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"usd_per_hour": 1}, "exactly one of"),
        ({"usd_per_hour": 1, "calls_per_second": 2, "relative_speed": 2}, "exactly one of"),
        ({"calls_per_second": 2}, "no usd_per_hour"),
        ({"usd_per_hour": -1, "calls_per_second": 2}, "at least 0"),
        ({"usd_per_hour": 1e6, "calls_per_second": 2}, "at most 1000"),
        ({"usd_per_hour": 1, "calls_per_second": 0}, "at least 1e-06"),
        ({"usd_per_hour": 1, "calls_per_second": {"lora": "fast"}}, "calls_per_second.lora is 'fast'"),
        ({"usd_per_hour": 1, "calls_per_second": 1, "utilisation": 1.5}, "at most 1"),
    ],
)
def test_a_machine_that_cannot_be_right_is_refused_with_its_place(settings, message):
    with pytest.raises(ConfigError, match=message) as raised:
        machine(**settings)
    assert "[hardware.big]" in str(raised.value)


def test_a_misspelt_setting_names_the_near_miss():
    with pytest.raises(UnknownNameError, match="did you mean 'utilisation'"):
        machine(usd_per_hour=1, calls_per_second=1, utilization=0.5)
