"""The log-in page: an application sends somebody here, and gets a code back when they proved who they are."""

from __future__ import annotations

import hmac
import re
import secrets
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from deploy.suite.issuer.accounts import Account
from deploy.suite.issuer.grants import Asked
from deploy.suite.issuer.issuer import Issuer
from shared.web.limits import TooManyRequests

PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape(default=True)
)
COOKIE = "throughline_log_in"
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
PLAIN = re.compile(r"[\x21-\x7e]{1,512}")
WRONG = "This name and password do not belong together. Check both and try again."
OFTEN = "That was tried too often. Wait {seconds} seconds and try again."
EXPIRED = "This page was open for too long. Try again."


class NotSentByAnApplication(Exception):
    """The address names no application we know, or not one of its own addresses: nobody is sent anywhere."""


class BadRequestOf(Exception):
    """The application asked for something that it cannot have; it is told so at its own address."""

    def __init__(self, redirect_uri: str, state: str, error: str, description: str) -> None:
        super().__init__(description)
        said = {"error": error, "error_description": description, "state": state}
        self.location = f"{redirect_uri}?{urlencode(said)}"


class LogInPage:
    """Shows the form and takes it back."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer
        self._secret = secrets.token_bytes(32)

    async def show(self, request: Request) -> Response:
        """The form, for whoever an application sent here; who has logged in already goes on at once.

        With `prompt=login` everybody is asked anew, with `prompt=select_account` who belongs to several tenants is.
        """
        try:
            asked = self._asked(request.query_params)
        except (NotSentByAnApplication, BadRequestOf) as refusal:
            return self._send_off(refusal)
        prompt = request.query_params.get("prompt")
        account = self._visitor(request) if prompt != "login" else None
        if account is None:
            return self._form(request, "")
        if prompt == "select_account" and account.elsewhere:
            return self._choice(request, account)
        return self._let_in(request, account, asked)

    async def submit(self, request: Request) -> Response:
        """Back to the application with a code, or the form again with what was wrong."""
        try:
            asked = self._asked(request.query_params)
        except (NotSentByAnApplication, BadRequestOf) as refusal:
            return self._send_off(refusal)
        async with request.form() as form:
            said = {name: str(form.get(name, "")) for name in ("name", "password", "ticket", "tenant")}
        if not self._is_our_form(request, said["ticket"]):
            return self._form(request, EXPIRED, status=403)
        if said["tenant"]:
            return self._chosen(request, asked, said["tenant"])
        return await self._proved(request, asked, said)

    async def _proved(self, request: Request, asked: Asked, said: dict[str, str]) -> Response:
        """Let in who proves who they are, or show the form again."""
        try:
            account = await self._issuer.accounts.prove(said["name"], said["password"], is_program=False)
        except TooManyRequests as refusal:
            message = OFTEN.format(seconds=refusal.retry_after)
            return self._form(request, message, status=429, headers={"retry-after": str(refusal.retry_after)})
        if account is None:
            return self._form(request, WRONG, status=401, name=said["name"])
        visit = self._issuer.visits.begin(account.subject)
        if account.elsewhere:
            return self._choice(request, account, visit)
        return self._let_in(request, account, asked, visit)

    async def leave(self, request: Request) -> Response:
        """Forget who is at this browser, and send them back to an address that the application agreed on."""
        self._issuer.visits.end(request.cookies.get(COOKIE, ""))
        client = self._issuer.clients.get(request.query_params.get("client_id", ""))
        back = request.query_params.get("post_logout_redirect_uri", "")
        if client is None or back not in client.post_logout_uris:
            return self._send_off(NotSentByAnApplication())
        leaving = RedirectResponse(back, 303)
        leaving.delete_cookie(COOKIE, path=self._path)
        return leaving

    def _visitor(self, request: Request) -> Account | None:
        """Who has proved at this browser who they are."""
        subject = self._issuer.visits.who(request.cookies.get(COOKIE, ""))
        return self._issuer.accounts.get(subject) if subject else None

    def _chosen(self, request: Request, asked: Asked, tenant: str) -> Response:
        """Go on as one of the tenant that was chosen."""
        account = self._visitor(request)
        theirs = [one for one in account.memberships if str(one.tenant_id) == tenant] if account else []
        if account is None or not theirs:
            return self._form(request, EXPIRED, status=403)
        return self._let_in(request, account.at(theirs[0].tenant_id) or account, asked)

    def _let_in(self, request: Request, account: Account, asked: Asked, visit: str | None = None) -> Response:
        """Back to the application with a code; a new `visit` is kept by the browser."""
        code = self._issuer.grants.code(account.subject, account.tenant_id, asked)
        answer = {"code": code, "state": request.query_params["state"], "iss": self._issuer.url}
        leaving = RedirectResponse(f"{asked.redirect_uri}?{urlencode(answer)}", 303)
        if visit is not None:
            self._keep(leaving, visit)
        return leaving

    def _asked(self, query: QueryParams) -> Asked:
        """What the application asks for. Raises NotSentByAnApplication, BadRequestOf."""
        client = self._issuer.clients.get(query.get("client_id", ""))
        redirect_uri = query.get("redirect_uri", "")
        if client is None or redirect_uri not in client.redirect_uris or _has_repeats(query):
            raise NotSentByAnApplication
        state, nonce = query.get("state", ""), query.get("nonce")
        wrongs = {
            "unsupported_response_type": query.get("response_type") != "code",
            "invalid_scope": "openid" not in query.get("scope", "").split(),
            "invalid_request": not (
                query.get("code_challenge_method") == "S256"
                and CHALLENGE.fullmatch(query.get("code_challenge", ""))
                and PLAIN.fullmatch(state)
                and (nonce is None or PLAIN.fullmatch(nonce))
            ),
        }
        for error, is_so in wrongs.items():
            if is_so:
                needs = "Send response_type=code, scope=openid, state, and code_challenge with S256."
                raise BadRequestOf(redirect_uri, state, error, needs)
        return Asked(client.client_id, redirect_uri, query["code_challenge"], nonce)

    def _send_off(self, refusal: NotSentByAnApplication | BadRequestOf) -> Response:
        if isinstance(refusal, BadRequestOf):
            return RedirectResponse(refusal.location, 303)
        page = PAGES.get_template("not_sent.html").render(styles=f"{self._path}/static/log-in.css")
        return HTMLResponse(page, 400, _policy("'none'"))

    def _form(
        self, request: Request, wrong: str, *, status: int = 200, name: str = "", headers: dict[str, str] | None = None
    ) -> Response:
        visit = request.cookies.get(COOKIE) or secrets.token_urlsafe(32)
        return self._page(request, "log_in.html", visit, status, headers or {}, wrong=wrong, name=name)

    def _choice(self, request: Request, account: Account, visit: str | None = None) -> Response:
        """The tenants that `account` may go on as one of."""
        return self._page(request, "choose.html", visit or request.cookies[COOKIE], 200, {}, account=account)

    def _page(
        self, request: Request, template: str, visit: str, status: int, headers: dict[str, str], **facts: object
    ) -> Response:
        page = PAGES.get_template(template).render(
            styles=f"{self._path}/static/log-in.css",
            action=f"{self._path}/authorize?{request.url.query}",
            ticket=self._ticket(visit),
            **facts,
        )
        target = urlsplit(request.query_params["redirect_uri"])
        policy = _policy(f"'self' {target.scheme}://{target.netloc}")
        answer = HTMLResponse(page, status, {**policy, **headers})
        self._keep(answer, visit)
        return answer

    def _keep(self, answer: Response, visit: str) -> None:
        answer.set_cookie(
            COOKIE, visit, path=self._path, httponly=True, samesite="lax", secure=self._issuer.url.startswith("https")
        )

    @property
    def _path(self) -> str:
        return urlsplit(self._issuer.url).path.rstrip("/")

    def _ticket(self, visit: str) -> str:
        """What only a form that we gave to this very browser carries."""
        return hmac.digest(self._secret, visit.encode(), "sha256").hex()

    def _is_our_form(self, request: Request, ticket: str) -> bool:
        visit = request.cookies.get(COOKIE)
        return visit is not None and hmac.compare_digest(self._ticket(visit).encode(), ticket.encode())


def _has_repeats(query: QueryParams) -> bool:
    return len(query.multi_items()) > len(query)


def _policy(form_action: str) -> dict[str, str]:
    """No scripts, our own style, and forms only to us and on to the application."""
    policy = f"default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action {form_action}"
    return {"content-security-policy": policy}
