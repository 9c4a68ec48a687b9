"""The same mails sent by other means, with a recorded result for each: small scripts, and nothing of ours.

Each takes the port of the sink, the number of mails and where to keep results, reads an example of a mail,
and prints JSON. Their libraries are no dependency of ours: `peers/requirements.txt` names them.
"""
