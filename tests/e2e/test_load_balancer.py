"""The load balancer of the guide, with the nodes and the settings that stand there: people are answered by it
with TLS, and agents reach the nodes by it alone, whichever node ends."""

import signal

import pytest

from tests.e2e.balanced import HOST, Balanced
from tests.e2e.manager import GOOD
from tests.e2e.world import until


@pytest.fixture(scope="module")
def balanced(tmp_path_factory, postgres):
    balanced = Balanced(tmp_path_factory.mktemp("balanced"), postgres)
    yield balanced
    balanced.close()


@pytest.fixture(scope="module")
def agent(balanced):
    """An agent; where it reaches the nodes was told to the node that does not send, as was its invitation."""
    balanced.until_answered()
    told = balanced.other.run("agent", "listen", HOST, check=False).stdout
    assert "Another node sends" in told
    until(lambda: balanced.other.call("agents_listener")["is_open"], "the address for agents")
    agent = balanced.agent()
    balanced.watch(agent)
    return agent


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_people_stay_logged_in_when_the_sender_ends(balanced, how):
    balanced.until_answered()
    browser = balanced.browser()
    assert browser.status("/") == 303, "a stranger is led to the log-in"
    name = how.name.lower()
    balanced.sender.call("user_add", name=name, role="administrator", password=GOOD)
    assert browser.log_in(name, GOOD) == 303
    assert browser.status("/") == 200
    ended = balanced.end_sender(how)
    balanced.until_answered()
    assert browser.status("/") == 200, "without a new log-in"
    balanced.serve(ended)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_an_alarm_of_an_agent_comes_once_when_the_sender_has_ended(balanced, agent, how):
    count = len(balanced.alarms())
    ended = balanced.end_sender(how)
    agent.flip()
    balanced.until_told(count + 1)
    until(lambda: agent.link()["phase"] == "linked", "the link")
    balanced.serve(ended)
    agent.flip()
    balanced.until_told(count + 2)
    assert len({*balanced.alarms()}) == len(balanced.alarms()) == count + 2
