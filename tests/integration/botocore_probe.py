#!/usr/bin/python3
"""Asks botocore who it is: what its users would be in the same environment.

Reads one JSON object a line, answers with one each; a process of its own for each, so that nothing
of one environment stays for the next. Of a request:

    environment   the whole of it
    profile       chosen explicitly, as Profile= is; null: not
    model         ADDRESS:PORT that requests to AWS go to, whatever name they were for; the Host
                  header keeps the name. null: they go where they go
    endpoint      given to the client explicitly, as EndpointUrl= is; null: not
    sts           GetCallerIdentity before DescribeStacks

Of an answer: `refused` is why it came to nothing, or null; `region` is the client's.
"""
import json
import os
import sys
import urllib.parse

import botocore.config
import botocore.loaders
import botocore.session

LOADER = botocore.loaders.create_loader()


def new_session(profile=None):
    session = botocore.session.Session(profile=profile)
    session.register_component("data_loader", LOADER)
    return session


def load():
    """The services' models, which take the most time: once, for all that ask."""
    for service in ("sts", "cloudformation"):
        new_session().create_client(service, "eu-west-1", aws_access_key_id="x",
                                    aws_secret_access_key="x")


def reroute(session, address):
    """The signature was made for the name already."""
    def before_send(request, **_):
        parts = urllib.parse.urlsplit(request.url)
        request.headers["Host"] = parts.netloc
        request.url = urllib.parse.urlunsplit(("http", address, parts.path, parts.query, ""))
    session.register("before-send", before_send)


def ask(asked):
    os.environ.clear()
    os.environ.update(asked["environment"])
    session = new_session(asked["profile"])
    if asked["model"]:
        reroute(session, asked["model"])
    config = botocore.config.Config(retries={"total_max_attempts": 1}, connect_timeout=5)
    if asked["sts"]:
        session.create_client("sts", config=config).get_caller_identity()
    client = session.create_client("cloudformation", config=config, endpoint_url=asked["endpoint"])
    client.describe_stacks()
    return {"refused": None, "region": client.meta.region_name}


def answer(asked):
    try:
        return ask(asked)
    except (Exception, SystemExit) as error:  # whatever it is, botocore's user gets no answer
        return {"refused": f"{type(error).__name__}: {error}"}


def main():
    load()
    for line in sys.stdin:
        sys.stdout.flush()
        child = os.fork()
        if child:
            os.waitpid(child, 0)
            continue
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        print(json.dumps(answer(json.loads(line))), flush=True)
        os._exit(0)


if __name__ == "__main__":
    main()
