/* Identities that are not written into a policy but taken from where an image is made: a policy's
 * {"from": ["flake-authors", "build-host"]}. */
#ifndef ASSAY_HARVEST_H
#define ASSAY_HARVEST_H

#include <assay/error.h>
#include <assay/json.h>

/* Makes of the resolved policy (assay_policy_load()) one that holds, among its `identities`, what
 * its `harvest` names:
 *   flake-authors  names and addresses of the authors and committers of the git repository that
 *                  holds `flake` (a folder, path: or git+file: reference; NULL: none is known), of
 *                  its latest 10,000 commits, at most 1,000 people;
 *   build-host     this machine's people (accounts from uid 1000 on, and root's full name), their
 *                  home folders' names, its host name and domain, machine id, and the addresses of
 *                  its network cards.
 * Names that stand everywhere (root, nixos, localhost, ...) are left out. *ret, owned by the
 * caller, has besides "harvested": [{"from", "count", "problem"?: why nothing, or not all, could be
 * taken}] which reports show; a policy that harvests nothing is returned as it is. A source that
 * cannot be read is a problem, and no error. -ENOMEM. */
int assay_harvest(const json_t *policy, const char *flake, json_t **ret, struct assay_error *err);

#endif
