"""Explain other people's error codes: the meaning, whose fault it is, and what mends it.

The rows are data, in the files `*.toml` beside this one, and `knowledge_files` reads them. Which
row applies to an answer is decided where the answer is met: in `oauth`, `transports`, `service`.

    [explanation.NAME]  meaning: what it means; action: what to do, in a sentence or two beside it
                        quiet: the answer is looked into, and told otherwise
                        who: user, admin, setup or wait, of a refused sign-in
                        aadsts, aadsts_ranges: the numbers of Entra that mean this
                        remedy: the name of one; or its keys, of which these need no name:
    [remedy.NAME]       whose: you, administrator, provider or network
                        steps: sentences in their order; commands: lines to copy; link: a page
                        takes: how long it is until it acts
    [errors.KIND]       the explanation of each word of OAuth 2.0, by the kind of sign-in server
    [refusals.KIND]     the remedy of each refusal of our own, likewise
    replies             rules, of which the first that fits counts: code, enhanced code (? is one
                        digit, * the rest) and a part of the text; verdict (on the recipient) or
                        fault (of the route); source: a name in [sources]; means: an explanation

A row of another file is named with its file, as "exchange.send_as". {places} are in values.toml, or
kinds of instructions (`core/instruction.py`), which are told by a command in a terminal and by the place
in the manager on a page: a step may be one alone, as "{sign_in_again}", and name the value that is the
vault's entry, as "{put_secret.password}". Texts are English; their Japanese is in the catalogue.
"""
