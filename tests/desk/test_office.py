"""The page of everything beside the day's work: whoever may open a page finds its link there, and nobody else does."""

import pytest
from django.urls import reverse

import cast
from digibel.desk.office import SHELVES
from digibel.organisations.models import Role
from digibel.organisations.permissions import may

pytestmark = pytest.mark.django_db
PAGES = [page for shelf in SHELVES for page in shelf.pages]


@pytest.mark.parametrize("role", [Role.INTAKE, Role.MATCHER, Role.COORDINATOR])
def test_every_role_finds_its_own_pages(client, role):
    staff = cast.staff(cast.organisation(), role=role)
    client.force_login(staff)
    body = client.get(reverse("desk:office")).content.decode().partition("<main")[2]
    for page in PAGES:
        address = reverse(page.name)
        assert (f'href="{address}"' in body) is may(staff, page.deed)
        assert (client.get(address).status_code == 200) is may(staff, page.deed)
