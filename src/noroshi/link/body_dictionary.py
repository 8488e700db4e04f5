"""The text that both sides know beforehand: what most messages have in common is not sent.

A body is deflated with it as if it had just been sent (zlib's preset dictionary, RFC 1950, 2.2).
It never changes: other text is another encoding, under another name.
"""

from __future__ import annotations

NAME = "noroshi-1"
"""In the header Content-Encoding."""
_CHANGE = (
    '{"monitor":"","state":{"items":{"":{"level":"critical","level_since":"","cause":{"reading":'
    '{"name":"","value":0.0,"unit":"","item":"","note":{"en":"","ja":""},"lines":[]},"limits":'
    '{"warning":80,"critical":90,"rising":true,"margin":0.0},"words":{"en":"","ja":""}},'
    '"pending_levels":["warning","unknown"],"pending_cause_count":0,"consecutive":0,'
    '"missing_since":null,"level_before_unknown":"ok","last_notifications":{},"reasons":{}}},'
    '"serial":1},"events":[{"id":"","monitor":"","path":"","item":"","at":"","before":"ok",'
    '"after":"critical","since":"","cause":null}],"alarms":[{"id":"","event":"","rule":"",'
    '"contact":"","reason":"new-level","thread":""}],"decisions":[],"is_retired":false,'
    '"custody":"hub"}'
)
_REPORT = (
    '{"start":{"epoch":0,"seq":0,"tag":""},"rows":[{"seq":1,"epoch":0,"kind":"change",'
    '"written_at":"","body":"{\\"monitor\\":\\"\\",\\"state\\":{\\"items\\":{\\"\\":'
    '{\\"level\\":\\"'
    '"}],"last":{"epoch":0,"seq":0,"tag":""},"has_gap":false,"sender":"hub-only",'
    '"alone_after":120.0,"fates":0}'
    '{"reception":"apply","position":{"epoch":0,"seq":0,"tag":""},"refused_rows":[],"fates":[]}'
)
_LINK = (
    '{"version":"0.1.0","machine":{"host_name":"","id":"","system":"Linux","addresses":[]},'
    '"kinds":[],"configuration":"","clock":0.0,"backlog":0,"own_route":false,'
    '"accepts_routes":false}'
    '{"hub_name":"","name":"","pins":[],"configuration":"","clock":0.0,"position":{"epoch":0,'
    '"seq":0,"tag":""},"alone_after":120.0,"fates":0,"place":null}'
    '{"configuration":"","documents":[{"key":"instances/","body":"'
    '"}],"states":{"states":{},"position":{"epoch":0,"seq":0,"tag":""}},"secrets":""}'
    '{"fault":"busy","message":""}'
)
_SAMPLES = (
    '"fault":{"en":"","ja":""}"note":{"key":"","arguments":{}}'
    '"name":"time","value":,"unit":"ms","name":"count","value":,"unit":"","name":"load",'
    '"name":"swap","name":"available","name":"read","unit":"B","unit":"MiB",'
    '{"position":"2026-11-29T00:00:00.000000Z","interval":60.0,"clock":1795000000.0}'
    '{"start":"2026-11-29T00:00:00.000000Z","end":"2026-11-29T00:00:00.000000Z","monitors":['
    '{"monitor":"000000000000","samples":[{"measured_at":"2026-11-29T00:00:00.000000Z",'
    '"readings":[{"name":"used","value":0.0,"unit":"%","item":"","note":{"en":"","ja":""},'
    '"lines":[]},{"name":"free","value":0.0,"unit":"GiB","item":"/","note":{"en":"","ja":""},'
    '"lines":[]}],"memory":{},"fault":null}]},{"monitor":"'
)
_WAIT = (
    '{"configuration":"","name":"","pins":[],"new_key":false,"fates":[],"witness_rank":0,'
    '"suppressions":null,"orders":[],"clock":1795000000.0,"place":null}'
    '{"configuration":"","refused_configuration":"","problems":[],"backlog":0,"hold":40.0,'
    '"clock":1795000000.0,"sender":"hub-only","alone_after":120.0,"last":{"epoch":0,"seq":0,'
    '"tag":""},"fates":0,"suppressions":"","orders":0,"update":{"phase":"","version":"",'
    '"words":{"en":"","ja":""}}}'
)
TEXT = (_CHANGE + _REPORT + _LINK + _SAMPLES + _WAIT).encode()
"""Ends with the text that is sent most often: text nearby takes fewer bits to name."""
