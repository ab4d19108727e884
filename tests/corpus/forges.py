"""Tokens of source forges and of continuous integration."""

from sample import crc8hex
from vendors import family


def atlassian(draw):
    body = "ATATT3xFfGF0" + draw.of("url", 171)
    return f"{body}={crc8hex(body).upper()}"


def github(prefix):
    return lambda draw: draw.crc62(prefix, 30)


FORGES = [
    ("github-pat", "GITHUB_TOKEN", github("ghp_")),
    ("github-pat-2", "GH_TOKEN", github("ghp_")),
    ("github-oauth", "GH_OAUTH_TOKEN", github("gho_")),
    ("github-app-user", "GITHUB_USER_TOKEN", github("ghu_")),
    ("github-app-server", "GITHUB_APP_TOKEN", github("ghs_")),
    ("github-refresh", "GITHUB_REFRESH_TOKEN", github("ghr_")),
    ("github-fine-grained", "GITHUB_PAT", "github_pat_11A<up:8>0<b62:10>_<b62:59>"),
    ("gitlab-pat", "GITLAB_TOKEN", "glpat-<url:20>"),
    ("gitlab-deploy", "CI_DEPLOY_PASSWORD", "gldt-<url:20>"),
    ("gitlab-runner", "RUNNER_TOKEN", "glrt-<url:20>"),
    ("gitlab-runner-registration", "REGISTRATION_TOKEN", "GR1348941<url:20>"),
    ("gitlab-trigger", "TRIGGER_TOKEN", "glptt-<hex:40>"),
    ("gitlab-feed", "GITLAB_FEED_TOKEN", "glft-<url:20>"),
    ("gitlab-job", "CI_JOB_TOKEN", "glcbt-<hex:2>_<url:20>"),
    ("gitlab-agent", "GITLAB_AGENT_TOKEN", "glagent-<url:50>"),
    ("gitlab-oauth", "GITLAB_APP_SECRET", "gloas-<hex:64>"),
    ("gitlab-incoming-mail", "INCOMING_MAIL_TOKEN", "glimt-<low:25>"),
    ("gitlab-scim", "SCIM_TOKEN", "glsoat-<url:20>"),
    ("atlassian-token", "JIRA_API_TOKEN", atlassian),
    ("bitbucket-app-password", "BITBUCKET_APP_PASSWORD", "ATBB<b62:24><HEX:8>"),
    ("~bitbucket-client-secret", "BITBUCKET_CLIENT_SECRET", "<b62:32>"),
    ("~gitea-token", "GITEA_TOKEN", "<hex:40>"),
    ("~forgejo-token", "FORGEJO_TOKEN", "<hex:40>"),
    ("sourcegraph-token", "SRC_ACCESS_TOKEN", "sgp_<hex:16>_<hex:40>"),
    ("~jira-token", "ATLASSIAN_API_TOKEN", "<b62:24>"),
]

CI = [
    ("circleci-pat", "CIRCLE_TOKEN", "CCIPAT_<b62:22>_<hex:40>"),
    ("~circleci-old", "CIRCLECI_TOKEN", "<hex:40>"),
    ("~travis-token", "TRAVIS_TOKEN", "<b62:22>"),
    ("buildkite-token", "BUILDKITE_API_TOKEN", "bkua_<hex:40>"),
    ("~buildkite-agent", "BUILDKITE_AGENT_TOKEN", "<hex:50>"),
    ("~drone-token", "DRONE_TOKEN", "<b62:32>"),
    ("~jenkins-token", "JENKINS_API_TOKEN", "11<hex:32>"),
    ("~codecov-token", "CODECOV_TOKEN", "<uuid>"),
    ("~snyk-token", "SNYK_TOKEN", "<uuid>"),
    ("sonar-user", "SONAR_TOKEN", "squ_<hex:40>"),
    ("sonar-project", "SONAR_LOGIN", "sqp_<hex:40>"),
    ("sonar-analysis", "SONARQUBE_TOKEN", "sqa_<hex:40>"),
    ("octopus-key", "OCTOPUS_API_KEY", "API-<up:26>"),
    ("harness-token", "HARNESS_API_KEY", "pat.<b62:22>.<hex:24>.<b62:20>"),
    ("launchdarkly-sdk", "LAUNCHDARKLY_SDK_KEY", "sdk-<uuid>"),
    ("~launchdarkly-api", "LAUNCHDARKLY_ACCESS_TOKEN", "api-<uuid>"),
    ("infracost-key", "INFRACOST_API_KEY", "ico-<b62:32>"),
    ("pulumi-token", "PULUMI_ACCESS_TOKEN", "pul-<hex:40>"),
    ("terraform-cloud", "TF_API_TOKEN", "<b62:14>.atlasv1.<url:67>"),
    ("~cypress-key", "CYPRESS_RECORD_KEY", "<uuid>"),
    ("~appveyor-token", "APPVEYOR_TOKEN", "v2.<low:20>"),
    ("~coveralls-token", "COVERALLS_REPO_TOKEN", "<b62:33>"),
    ("postman-key", "POSTMAN_API_KEY", "PMAK-<hex:24>-<hex:34>"),
    ("dynatrace", "DT_API_TOKEN", "dt0c01.<b32:24>.<b32:64>"),
]

FORGE_FILES = [
    ("remote-url", ".git/config",
     '[remote "origin"]\n\turl = https://oauth2:\1glpat-<url:20>\2@gitlab.com/team/app.git\n'
     "\tfetch = +refs/heads/*:refs/remotes/origin/*\n"),
    ("git-credentials", ".git-credentials", "https://deploy:\1<b62:28>\2@git.internal\n"),
    ("hub", "hub", "github.com:\n- user: build\n  oauth_token: \1<hex:40>\2\n  protocol: https\n"),
    ("tea", "tea/config.yml", "logins:\n- name: forge\n  url: https://forge.internal\n  token: \1<hex:40>\2\n"),
    ("clone-history", ".bash_history", "git clone https://build:\1<b62:20>\2@git.internal/app.git\ncd app\n"),
    ("extraheader", ".gitconfig",
     '[http "https://git.internal/"]\n\textraheader = AUTHORIZATION: basic \1@basic@\2\n'),
    ("glab", "glab-cli/config.yml", "hosts:\n  gitlab.internal:\n    token: \1glpat-<url:20>\2\n    git_protocol: ssh\n"),
    ("jenkins-credentials", "config.xml",
     "<user>\n  <apiToken>\00111<hex:32>\2</apiToken>\n</user>\n"),
]

FORGE_NEAR = [
    ("github-bad-checksum", "dump.txt", "id ghp_<b62:36> seen\n"),
    ("github-bad-checksum-var", "ci.env", "GITHUB_TOKEN=ghp_<b62:36>\n"),
    ("github-oauth-bad-checksum", "list.txt", "gho_<b62:36>\nghs_<b62:36>\n"),
    ("github-short", "guide.md", "A token looks like ghp_<b62:8>...\n"),
    ("github-regex", "rules.py", "PATTERN = re.compile(r'gh[pousr]_[A-Za-z0-9]{36}')\n"),
    ("github-redacted", "job.log", "Authorization: token ghp_****************************<b62:4>\n"),
    ("github-actions-mask", "job.log", "  env:\n    GITHUB_TOKEN: ***\n    CI: true\n"),
    ("gitlab-regex", "leaks.toml", "regex = '''glpat-[0-9a-zA-Z\\-\\_]{20}'''\n"),
    ("gitlab-doc", "api.md", 'curl --header "PRIVATE-TOKEN: <your_access_token>" https://gitlab.example.com/api\n'),
    ("gitlab-short", "api.md", "Tokens begin with glpat- and glpat-<b62:5> is too short.\n"),
    ("git-sha", "log.txt", "commit <hex:40>\nMerge: <hex:7> <hex:7>\nindex <hex:7>..<hex:7> 100644\n"),
    ("git-sha-pin", "action.yml", "- uses: actions/checkout@<hex:40> # v4\n"),
    ("git-packed-refs", "packed-refs", "# pack-refs with: peeled fully-peeled sorted\n<hex:40> refs/heads/main\n^<hex:40>\n"),
    ("git-remote", ".git/config", "[remote \"origin\"]\n\turl = https://github.com/team/app-<abc:5>.git\n\turl = git@github.com:team/app.git\n"),
    ("git-url-user", "clone.sh", "git clone https://git@git.example.com/<abc:6>.git\n"),
    ("git-url-variable", "clone.sh", "git clone https://oauth2:${TOKEN}@gitlab.com/<abc:6>.git\n"),
    ("submodule", ".gitmodules", '[submodule "lib-<abc:4>"]\n\turl = ../lib.git\n'),
    ("checkout-version", "lock.json", '{"rev": "<hex:40>", "narHash": "sha256-<b64=32>"}\n'),
]

CI_NEAR = [
    ("uuid-build", "build.json", '{"buildId": "<uuid>", "pipelineId": "<uuid>"}\n'),
    ("sonar-project", "sonar-project.properties", "sonar.projectKey=team_app_<abc:6>\nsonar.sources=src\n"),
    ("sonar-doc", "ci.md", "mvn sonar:sonar -Dsonar.token=$SONAR_TOKEN\n"),
    ("jenkins-mask", "console.log", "[Pipeline] withCredentials\nMasking supported pattern matches of $TOKEN\n"),
    ("ci-cache-key", ".gitlab-ci.yml", 'cache:\n  key: "$CI_COMMIT_REF_SLUG-<hex:8>"\n  paths: [node_modules]\n'),
    ("cache-key-hash", "workflow.yml", "key: linux-cargo-<hex:64>\nrestore-keys: linux-cargo-\n"),
    ("circle-orb", ".circleci/config.yml", "orbs:\n  node: circleci/node@5.<dig:1>\n"),
    ("codecov-slug", "badge.md", "[![cov](https://codecov.io/gh/team/app/graph/badge.svg)](https://codecov.io/gh/team/app)\n"),
    ("circle-encrypted", ".travis.yml", 'env:\n  global:\n    - secure: "<b64=256>"\n'),
    ("artifact-digest", "digests.txt", "sha256:<hex:64>  app.tar\nsha512:<hex:128>  app.zip\n"),
]


def samples():
    yield from family("forges", FORGES, FORGE_FILES, FORGE_NEAR)
    yield from family("ci", CI, (), CI_NEAR)
