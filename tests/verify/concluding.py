"""What a job of the audit concludes, all its parts run one after another in this process."""

from __future__ import annotations

from dlmcheck.verify.claims.registry import Job, Profile
from dlmcheck.verify.kernel.results import Checked


def conclusions(job: Job, profile: Profile = Profile.QUICK) -> dict[str, Checked]:
    """The result of each statement of a job."""
    parts = [job.run(profile, part, lambda _: None) for part in range(job.parts(profile))]
    return dict(job.conclude(profile, parts))
