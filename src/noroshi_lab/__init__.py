"""The lab, the demo and the drill: programs that prove Noroshi. The product imports none of them."""
