"""The transport under the providers' SDKs: aiohttp, whole answers at once, with the time-outs of an `Endpoint`.

The SDKs' own default costs about four times the processor time for a call, and the aiohttp transport that they carry
sets the time-outs per call, streams every answer and keeps to 100 connections.
"""

from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2


class WholeAnswers(httpx2.AsyncBaseTransport):
    """Sends a request over one shared session and reads its answer to the end."""

    def __init__(self, connect_s: float, first_byte_s: float, total_s: float) -> None:
        """Seconds to connect, without a byte, and for the whole of a call; all by the event loop's monotonic clock."""
        self._timeout = aiohttp.ClientTimeout(total=total_s, connect=connect_s, sock_read=first_byte_s)
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises httpx2.TimeoutException, or aiohttp's own errors for whatever else breaks."""
        session = self._session or self._open(request.url)
        try:
            async with session.request(
                request.method,
                str(request.url),
                headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw],
                data=request.content,
                allow_redirects=False,
            ) as answer:
                content = await answer.read()
        except aiohttp.ConnectionTimeoutError as error:
            raise httpx2.ConnectTimeout(str(error), request=request) from error
        except TimeoutError as error:
            raise httpx2.ReadTimeout(str(error), request=request) from error
        return httpx2.Response(answer.status, headers=answer.raw_headers, content=content, request=request)

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self, url: httpx2.URL) -> aiohttp.ClientSession:
        """For the one place that `url` is at: aiohttp's own look for a proxy takes two threads at every call."""
        # How many calls there are at once is the limiter's to say: no bound here. Certificates take a while to load.
        connector = aiohttp.TCPConnector(limit=0, ssl=httpx2.create_ssl_context() if url.scheme == "https" else True)
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # httpx2 does, by the same header
            proxy=None if proxy_bypass(url.netloc.decode()) else getproxies().get(url.scheme),
        )
        return self._session
