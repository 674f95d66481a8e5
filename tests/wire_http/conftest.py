"""Two ends of HTTP in memory."""

from __future__ import annotations

from wire.http.messages import HttpClient, HttpServer, Request, Response


def exchange(request: Request, answer: Response, size: int = 10_000) -> tuple[Request, Response]:
    """What each end makes of the other's octets, cut into pieces."""
    client, server = HttpClient(), HttpServer()

    def carry(octets: bytes, end: HttpClient | HttpServer) -> Request | Response | None:
        message = None
        for start in range(0, len(octets), size):
            end.receive(octets[start : start + size])
            message = (
                end.next_response_untrusted() if isinstance(end, HttpClient) else end.next_request_untrusted()
            ) or message
        return message

    asked = carry(client.request(request), server)
    assert isinstance(asked, Request)
    answered = carry(server.respond(answer), client)
    assert isinstance(answered, Response)
    return asked, answered
