"""What the api may answer to a valid request: that its parts do not go together, and nothing else."""

import schemathesis

RANGE_PROBLEMS = {"empty_range", "range_too_long", "too_many_points", "invalid_matcher"}


@schemathesis.check
def valid_ranges_are_refused_as_ranges_only(ctx, response, case):
    generation = case.meta.generation if case.meta else None
    if generation is None or not generation.mode.is_positive or response.status_code != 400:
        return
    problem = response.json()
    code = problem["code"]
    if problem["detail"] == "known_at goes with step=window only":
        return
    assert code in RANGE_PROBLEMS, f"a valid query was refused with {code}"
