"""Both in a config of LightningCLI, which asks their signatures what they take."""

import importlib

from viz_core import read_run


def test_a_config_of_lightning_cli_makes_both(make, tmp_path):
    logger = dict(
        class_path="viz_lightning_adapter.VizLogger",
        init_args=dict(
            save_dir=str(tmp_path),
            vis_backends=[dict(type="LocalVisBackend")],
            name="mine",
            image_format="jpg",
        ),
    )
    samples = dict(
        class_path=f"{make.Samples.__module__}.Samples",
        init_args=dict(fixed=3, worst=2, layout="overlay", classes=["cat"]),
    )
    cli = importlib.import_module(f"{make.pl.__name__}.cli").LightningCLI(
        make.Model,
        args=dict(
            trainer=dict(logger=logger, callbacks=[samples], max_epochs=1, accelerator="cpu")
        ),
        run=False,
        seed_everything_default=False,
    )
    cli.trainer.fit(cli.model, make.data(), make.data())
    run = read_run(tmp_path)
    assert len(run.annotations) == 3 + 2
    assert run.annotations["val/worst/1"][3].classes == {0: "cat"}
    assert run.sessions[-1].config["lr"] == 0.1
    assert cli.trainer.logger.name == "mine"
