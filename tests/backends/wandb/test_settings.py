"""The settings of a run."""

import pytest
import wandb

from viz_backend_wandb.settings import find_mode, quiet_settings

DEFAULTS = {
    "flush_interval": 0.1,
    "finish_timeout": 60.0,
    "capture_console": False,
    "system_metrics": False,
}


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch):
    for name in ("MODE", "SILENT", "CONSOLE", "DISABLE_GIT", "X_DISABLE_STATS", "_DISABLE_STATS"):
        monkeypatch.delenv(f"WANDB_{name}", raising=False)


def test_it_is_quiet_and_wandb_knows_every_setting():
    settings = wandb.Settings(**quiet_settings(None, **DEFAULTS))
    assert settings.silent
    assert settings.console == "off"
    assert settings.disable_git
    assert settings.disable_code
    assert settings.x_disable_meta
    assert settings.x_disable_stats
    assert settings.x_transaction_log_flush_interval == 0.1
    assert settings.finish_timeout == 60.0


def test_what_is_asked_for_is_there():
    asked = {**DEFAULTS, "capture_console": True, "system_metrics": True, "flush_interval": 2.0}
    settings = quiet_settings(None, **asked)
    assert "console" not in settings
    assert not settings["x_disable_stats"]
    assert settings["x_transaction_log_flush_interval"] == 2.0


@pytest.mark.parametrize("make", [dict, wandb.Settings])
def test_the_users_settings_win(make):
    given = make(silent=False, x_disable_stats=False, finish_timeout=3.0)
    settings = quiet_settings(given, **DEFAULTS)
    assert not settings["silent"]
    assert not settings["x_disable_stats"]
    assert settings["finish_timeout"] == 3.0
    assert settings["console"] == "off"


@pytest.mark.parametrize(
    ("variable", "name"),
    [
        ("WANDB_SILENT", "silent"),
        ("WANDB_CONSOLE", "console"),
        ("WANDB_X_DISABLE_STATS", "x_disable_stats"),
        ("WANDB__DISABLE_STATS", "x_disable_stats"),
    ],
)
def test_the_users_variables_win(monkeypatch, variable, name):
    assert name in quiet_settings(None, **DEFAULTS)
    monkeypatch.setenv(variable, "false")
    assert name not in quiet_settings(None, **DEFAULTS)


@pytest.mark.parametrize(
    ("arguments", "variable", "mode"),
    [
        ({}, None, ""),
        ({}, "offline", "offline"),
        ({}, "dryrun", "offline"),
        ({"mode": "online"}, "offline", "online"),
        ({"mode": "run"}, None, "online"),
        ({"settings": {"mode": "disabled"}}, "offline", "disabled"),
        ({"settings": wandb.Settings(mode="shared")}, None, "shared"),
    ],
)
def test_the_mode_is_found_where_wandb_finds_it(monkeypatch, arguments, variable, mode):
    if variable is not None:
        monkeypatch.setenv("WANDB_MODE", variable)
    assert find_mode(arguments) == mode
