"""What an account says once it signs in another way."""

from noroshi.guides.setup_goal import switch_sign_in

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
