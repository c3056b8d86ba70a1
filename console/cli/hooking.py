"""`hook`: what makes Claude Code, Codex and Gemini CLI obey, and its installation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from console.cli.session import REFUSED, USAGE, Session, Stop, leave, say, warn

Control = Annotated[Path | None, typer.Option(help="The control file; default: burnline's own.")]
Route = Annotated[
    str, typer.Option(help="The route: a name, or a template of {cwd}, {cwd_name}, {session}.")
]
Log = Annotated[
    Path | None, typer.Option(help="File or directory for receipts and requests for approval.")
]
OnFault = Annotated[
    str, typer.Option(help="Before the file was ever good: closed, approval, last_known.")
]
PublicKey = Annotated[
    Path | None, typer.Option(help="Refuse a control file that this key did not sign.")
]

hook = typer.Typer(
    help="Make Claude Code, Codex or Gemini CLI obey the control file.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(hook, name="hook")
    hook.command("claude-code")(claude_code)
    hook.command("codex")(codex)
    hook.command("gemini")(gemini)
    hook.command("install")(install)


def claude_code(
    context: typer.Context,
    control: Control = None,
    route: Route = "{cwd_name}",
    log: Log = None,
    on_fault: OnFault = "closed",
) -> None:
    """Answer one question of Claude Code on standard input. Exit code 2: no."""
    _answer(context.obj, "claude-code", control, route, log, on_fault)


def codex(
    context: typer.Context,
    control: Control = None,
    route: Route = "{cwd_name}",
    log: Log = None,
    on_fault: OnFault = "closed",
) -> None:
    """Answer one question of Codex on standard input. Exit code 2: no."""
    _answer(context.obj, "codex", control, route, log, on_fault)


def gemini(
    context: typer.Context,
    control: Control = None,
    route: Route = "{cwd_name}",
    log: Log = None,
    on_fault: OnFault = "closed",
) -> None:
    """Answer one question of Gemini CLI on standard input. Exit code 2: no."""
    _answer(context.obj, "gemini", control, route, log, on_fault)


def install(
    context: typer.Context,
    tool: Annotated[str, typer.Argument(help="claude-code, codex or gemini.")],
    project: Annotated[
        Path | None, typer.Option(help="The project whose settings get the hook.")
    ] = None,
    user: Annotated[
        bool, typer.Option("--user", help="Your own settings, for all projects.")
    ] = False,
    control: Control = None,
    route: Route = "{cwd_name}",
    log: Log = None,
    on_fault: OnFault = "closed",
    public_key: PublicKey = None,
) -> None:
    """Write the hook into a tool's settings and prove that it says no. Exit code 1: it does not.

    Without --project or --user: the project here for Claude Code, your own settings for Codex and
    Gemini CLI, which skip the hooks of a project until its folder is trusted.
    """
    from console.operate import canary
    from console.operate.hooks import PLACES, HookError, place_of
    from console.operate.hooks import install as write

    session: Session = context.obj
    session.writable()
    if tool not in PLACES:
        raise Stop(f"{tool!r} is no tool with hooks of ours; there are {', '.join(PLACES)}", USAGE)
    _check_fault(on_fault)
    folder = log.absolute() if log is not None else session.store.parent / "hooks"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(f"{folder}: {error.strerror}; name another with --log", REFUSED) from error
    from console.agent.hooks.deciding import Setup

    setup = Setup(
        tool=tool,
        control=str((control or session.control).absolute()),
        route=route,
        log=str(folder),
        on_fault=on_fault,
        public_key=str(public_key.absolute()) if public_key else "",
    )
    if project is None and not user and PLACES[tool].trusts:
        project = Path.cwd()
    path = place_of(tool, None if user or project is None else project.absolute())
    try:
        cautions = write(setup, path)
    except HookError as error:
        raise Stop(str(error), REFUSED) from error
    say(f"{path}: the hook is in; its receipts go to {folder}: name that as a source of logs")
    failed = 0
    for proof in canary.prove(setup, session.now_us):
        failed += bool(proof.said)
        say(
            f"{'FAILED' if proof.said else 'proved'}: {proof.what}{proof.said and '; '}{proof.said}"
        )
    if project is not None and not PLACES[tool].trusts:
        cautions.append(f"{tool} skips this hook until the folder {project} is trusted")
    for caution in cautions:
        warn(f"burnline: mind: {caution}")
    leave(REFUSED if failed else 0)


def _answer(
    session: Session, tool: str, control: Path | None, route: str, log: Path | None, on_fault: str
) -> None:
    from console.agent.hooks import DIALECTS
    from console.agent.hooks.deciding import Setup, answer
    from console.agent.hooks.streams import asked, tell

    _check_fault(on_fault)
    setup = Setup(
        tool=tool,
        control=str(control or session.control),
        route=route,
        log=str(log or ""),
        on_fault=on_fault,
    )
    leave(tell(answer(setup, DIALECTS[tool], asked())))


def _check_fault(on_fault: str) -> None:
    from console.agent.orders import ON_FAULT

    if on_fault not in ON_FAULT:
        raise Stop(f"--on-fault {on_fault!r}: it is one of {', '.join(ON_FAULT)}", USAGE)
