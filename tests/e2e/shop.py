"""A port, the shop, that is watched each second, and the mail to ops about it."""


def smtp_route(port):
    return f"""
        kind = "smtp"
        [options]
        host = "127.0.0.1"
        port = {port}
        protection = "none"
        sender = "noroshi@example.com"
    """


def shop_instance(port):
    return f"""
        every = "1s"
        rules = ["ops"]
        [[group]]
        name = "net"
        [[group.monitor]]
        name = "shop"
        kind = "port"
        [group.monitor.options]
        port = {port}
    """


def define_shop(home, mailbox, port, contact="", **more):
    """Put the definitions into the home's folder; `contact` has further settings of ops."""
    home.define(
        contacts__ops=f'addresses = ["ops@example.com"]\none_by_one = 0\n{contact}',
        rules__ops='action = "mail"\ncontacts = ["ops"]\nroutes = ["smtp1"]',
        routes__smtp1=smtp_route(mailbox.port),
        instances__here=shop_instance(port),
        **more,
    )
