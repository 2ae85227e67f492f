"""Use cases of the site table: which real wikis can be asked."""

from dataclasses import dataclass

from jadelite.domain.edits import Site
from jadelite.domain.errors import NotFound
from jadelite.wiki import sites


@dataclass(frozen=True)
class ListedSite:
    """A site of the table; `is_closed` where it takes no more edits."""

    site: Site
    is_closed: bool


def list_sites(project: str | None = None) -> list[ListedSite]:
    """The shipped sites, all or of one project, sorted by database name.

    Raises NotFound where no site is of that project, and names those there are.
    """
    listed = [ListedSite(site, sites.is_closed(site.dbname)) for site in sites.all_sites()]
    if project is None:
        return listed
    chosen = [row for row in listed if row.site.project == project]
    if not chosen:
        known = ", ".join(sorted({row.site.project for row in listed}))
        raise NotFound(
            "unknown-project", f"there is no project {project!r}, expected one of {known}"
        )
    return chosen
