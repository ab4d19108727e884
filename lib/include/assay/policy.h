/* Policies: layers of JSON that say what is looked for and what blocks
 * (policies/schemas/policy.schema.json).
 *
 *   {"schema": "assay.policy/1", "name": "tiger-team", "extends": "enterprise.json" | "base",
 *    "description": "...",
 *    "rules":      {"<rule or check id, family.* or class.*>":
 *                       {"severity": "low", "enabled": false, "locked": true}},
 *    "rule_files": ["our-rules.json"],            relative to the policy's own folder
 *    "identities": [{"kind": "name", "value": "...", "severity": "high"},
 *                   {"from": ["flake-authors", "build-host"]}],     see assay/harvest.h
 *    "domains":    ["tiger.example"],             whose e-mail addresses are personal data
 *    "block":      {"secret": "low", "identity": "low", "unaudited": "info", ...,
 *                   a severity from which on findings of the class block, or "never"},
 *    "allow_unaudited": [{"path": "glob", "reason": "..."}],
 *    "waivers":    [{"fingerprint": "...", or "rule": "family.*" and "path": "glob",
 *                    "reason": "...", "by": "...", "expires": "2027-01-31"}],
 *    "exceptions": [{"check": "...", "path": "glob", "value": "glob", "reason": "..."}],
 *    "limits":     {"image_size": bytes, "expired_ca_percent": ...},
 *    "unfree_packages": ["..."],
 *    "trusted_keys": ["cache.nixos.org-1:..."],   public keys of Nix caches
 *    "budget":     {"depth": 8, "entries": ..., "expanded": ..., "ratio": ..., "name": ...,
 *                   "seconds": ...}}
 *
 * `extends` names the layer below: "base" (also when it is left out) is built in, anything else is
 * a file relative to the one that names it. A layer adds to what is below; what a lower layer
 * locked can be made stricter, but not lowered, turned off, unlocked or waived, and keeps blocking
 * from the severity that blocked when it was locked. Globs match slashes too (fnmatch(3) without
 * flags). */
#ifndef ASSAY_POLICY_H
#define ASSAY_POLICY_H

#include <assay/error.h>
#include <assay/json.h>

/* Loads a policy file ("base" or NULL: the built-in one) with all layers below it, checks each
 * against the schema and merges them. *ret, owned by the caller, is the resolved policy:
 *   {"schema": "assay.policy.resolved/1", "name", "digest": SHA-256 over the layers and rules,
 *    "layers": [{name, digest}], "rules": [rule objects, severities final], "rules_digest",
 *    "checks": {id: {severity, enabled}}, "identities": [...], "block": {class: severity},
 *    "locked": {id: {layer, level, block: severity or "never"}},
 *    "settings": {id: {severity?, severity_by?, enabled?, enabled_by?}}: what layers set of rules
 *    and checks, those that are off included, and which layer did; "sources": {"block": {class:
 *    layer}, "budget": {key: layer}, "limits": {key: layer}},
 *    "allow_unaudited": [... with "by" and "level"], "waivers": [... with "level" and "layer"],
 *    "trusted_keys": [{key, level, layer}] from the lowest layer up,
 *    "budget", "limits": {...: only what the layers set}, "exceptions": [... with "level" and
 *    "layer"], "unfree_packages": [...]}
 * `level` counts the layers from the lowest, 0. A waiver added later, without a level, stands above
 * them all. Identities have their severity filled in ("high").
 * Errors name file, key and mend; at most 16 layers, no layer twice. */
int assay_policy_load(const char *path, json_t **ret, struct assay_error *err);

/* Scans the examples of all of a resolved policy's rules, each as a file of its own. *ret, owned by
 * the caller, is an array of {rule, kind: "match" | "nomatch", number: which of them, from 1} of
 * those that came out wrong; *ret_n is how many there were. -EINVAL with `err`, -ENOMEM. */
int assay_policy_test(const json_t *policy, json_t **ret, size_t *ret_n, struct assay_error *err);

/* Gives each finding of the report its `status`, and the report its `verdict` and `summary`, as the
 * resolved policy says; `summary.dropped` is kept. A finding with the `origin` "upstream", signed
 * by a trusted key of a layer that no lock on its rule stands against, becomes `info` and blocks
 * nothing; one signed by no such key is made "local". What else the report says of these beforehand
 * is not believed. `today` is "YYYY-MM-DD": a waiver counts up to and with the day it expires. Used
 * by the auditor to write the verdict and by the coordinator to check it. -EINVAL for a report that
 * is not one, -ENOMEM; the report may be half changed then. */
int assay_policy_judge(const json_t *policy, json_t *report, const char *today,
                       struct assay_error *err);

#endif
