"""What an account says once it signs in another way."""

import pytest

from noroshi.guides import WAYS
from noroshi.guides.setup_goal import switch_sign_in, way_of
from noroshi.web.view import route

PERSON = {
    "cloud": "microsoft365",
    "mailbox": "alerts@contoso.com",
    "secret": "app",
    "secret_ends": "2027-01-31",
    "redirect": "http://localhost/MxMail/",
    "shared": True,
}


def test_an_app_by_its_secret_has_no_redirect_and_acts_for_nobody():
    said = switch_sign_in(PERSON, "m365", "app-secret")
    assert said == {
        "cloud": "microsoft365",
        "mailbox": "alerts@contoso.com",
        "secret": "app",
        "secret_ends": "2027-01-31",
        "sign_in": "app",
    }


def test_an_app_by_its_certificate_shows_no_secret():
    said = switch_sign_in(PERSON | {"secret_next": "app2"}, "m365", "app-certificate")
    assert (said["certificate"], said["sign_in"]) == ("m365-cert", "app")
    assert not [field for field in said if field.startswith("secret")]


def test_a_certificate_that_is_named_already_stays():
    said = switch_sign_in(PERSON | {"certificate": "mine"}, "m365", "app-certificate")
    assert said["certificate"] == "mine"


def test_a_person_signs_in_with_whatever_the_app_shows():
    app = {"sign_in": "app", "certificate": "m365-cert", "mailbox": "alerts@contoso.com"}
    said = switch_sign_in(app, "m365", "person-here")
    assert said == {"certificate": "m365-cert", "mailbox": "alerts@contoso.com"}


@pytest.mark.parametrize(
    ("account", "way"),
    [
        ({"sign_in": "app", "certificate": "c", "secret": "s"}, "app-certificate"),
        ({"sign_in": "app", "secret": "s"}, "app-secret"),
        ({"sign_in": "app"}, "app-secret"),
        ({"secret": "s"}, "person-paste"),
        ({"redirect": "http://localhost/MxMail/"}, "person-paste"),
        ({"certificate": "c"}, "person-device"),
        ({}, "person-device"),
    ],
)
def test_the_way_that_an_account_says(account, way):
    assert way_of(account) == way
    # A person has a browser at hand on a page.
    shown = route.WAYS[route.way_of(account)]
    assert shown == (way if way.startswith("app-") else "person-here")


@pytest.mark.parametrize("ways", [tuple(WAYS), tuple(route.WAYS.values())])
def test_a_certificate_is_offered_before_a_secret_and_a_code_last(ways):
    assert set(ways) == set(WAYS)
    assert ways.index("app-certificate") < ways.index("app-secret")
    assert ways[-1] == "person-device"
