"""W&B's own curves are made by pandas and scikit-learn, which are where all backends are."""

import numpy as np

from viz_backend_wandb import WandbVisBackend


def test_a_curve_is_what_wandbs_own_function_makes(tmp_path, read_run):
    truth, scores = [0, 1, 1, 0, 1], np.array([0.1, 0.9, 0.4, 0.3, 0.8])
    backend = WandbVisBackend(tmp_path, {"mode": "offline"})
    backend.add_pr_curve("pr", truth, scores, step=1)
    both = np.stack([1 - scores, scores], axis=1)
    theirs = backend.experiment.plot.pr_curve(truth, both, labels=["a", "b"])
    backend.experiment.log({"their pr": theirs})
    backend.close()
    run = read_run(tmp_path)
    (title, ours), (_, theirs) = run.panel("pr"), run.panel("their pr")
    assert title == "pr, step 1"
    assert ours == theirs
