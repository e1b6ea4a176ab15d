import pytest

from harness.costs.weights import parse_weights
from harness.errors import ConfigError


def test_weights_are_scaled_to_a_sum_of_1():
    assert parse_weights({"cost": 2, "time_to_deploy": 6}, "x") == {"cost": 0.25, "time_to_deploy": 0.75}


@pytest.mark.parametrize("table", [{"cosst": 1}, {"cost": -1}, {"cost": 0}, {"cost": True}])
def test_a_weight_that_cannot_be_is_refused(table):
    with pytest.raises(ConfigError):
        parse_weights(table, "harness.toml: [weights]")
