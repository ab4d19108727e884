"""All samples of the labelled corpus, in the same order and with the same bytes on every run."""

import cloud
import encoded
import everyday
import forges
import hashes
import keys
import passwords
import people
import personal
import platforms
import profiles
import services

MODULES = (cloud, forges, services, platforms, passwords, profiles, keys, hashes, encoded, people,
           personal, everyday)


def samples():
    return [sample for module in MODULES for sample in module.samples()]


def identities():
    """What the policy of the measurement names."""
    return people.policy()
