"""Jobs as the queue keeps them: a name, and the fields as JSON."""

import json
from collections.abc import Mapping
from typing import Final

from pydantic import TypeAdapter, ValidationError

from bankapp.domain.jobs import JOBS, AnyJob
from gen.queries import AsyncQueries

_ADAPTERS: Final = {job_class.name: TypeAdapter[AnyJob](job_class) for job_class in JOBS}


class UnreadableJob(Exception):
    """A job in the queue is not one of this release; another release may have written it."""


async def enqueue(q: AsyncQueries, job: AnyJob) -> None:
    """Have a job done once this transaction has committed."""
    arguments = _ADAPTERS[job.name].dump_python(job, mode="json")
    await q.jobs.enqueue_job(task_name=job.name, arguments=arguments)


def read(name: str, arguments: Mapping[str, object]) -> AnyJob:
    """The job that the queue keeps so. Raises UnreadableJob, which names each wrong field."""
    adapter = _ADAPTERS.get(name)
    if adapter is None:
        raise UnreadableJob("this release has no such job")
    try:
        # By way of JSON: strict about types, and yet an enum is read from its text.
        return adapter.validate_json(json.dumps(arguments), strict=True, extra="forbid")
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        message = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in problems)
        raise UnreadableJob(message) from None
