"""Tokens of monitoring, of AI services, and of what infrastructure is run with."""

import base64
import json
import zlib

from vendors import family


def sentry_org(draw):
    claims = base64.b64encode(json.dumps({
        "iat": 1717400000.5, "url": "https://sentry.io", "region_url": "https://de.sentry.io",
        "org": "team"}).encode()).decode()
    return f"sntrys_{claims}_{draw.of('b64', 43)}"


def grafana_old(draw):
    return base64.b64encode(json.dumps({"k": draw.of("b62", 32), "n": "ci", "id": 1},
                                       separators=(",", ":")).encode()).decode()


def grafana_cloud(draw):
    return "glc_" + base64.b64encode(json.dumps({
        "o": draw.of("dig", 6), "n": "ci", "k": draw.of("b62", 24), "m": {"r": "eu"}},
        separators=(",", ":")).encode()).decode()


def grafana_service_account(draw):
    """The checksum is the CRC32 of what stands before it, its bytes from the lowest up."""
    body = "glsa_" + draw.of("b62", 32)
    return f"{body}_{zlib.crc32(body.encode()).to_bytes(4, 'little').hex()}"


def one_password(draw):
    return "ops_" + base64.urlsafe_b64encode(json.dumps({
        "signInAddress": "team.1password.com", "userAuth": {"method": "SRPg-4096"},
        "email": f"{draw.of('low', 12)}@1passwordserviceaccounts.com",
        "srpX": draw.of("hex", 64), "deviceUuid": draw.of("low", 26),
        "muk": {"k": draw.base64url(32)}}, separators=(",", ":")).encode()).decode().rstrip("=")


def cluster_token(draw):
    return draw.jwt(json.dumps({
        "iss": "kubernetes/serviceaccount", "kubernetes.io/serviceaccount/namespace": "ci",
        "sub": f"system:serviceaccount:ci:{draw.of('abc', 6)}"}), "RS256")


def session_jwt(draw):
    return draw.jwt(json.dumps({"sub": draw.uuid(), "role": "admin", "iat": 1717400000}))


def bech32_age(draw):
    """An age identity as age-keygen writes it: Bech32 of 32 bytes, BIP 173."""
    charset, data, bits, value = "qpzry9x8gf2tvdw0s3jn54khce6mua7l", [], 0, 0
    for byte in draw.randbytes(32):
        value, bits = value << 8 | byte, bits + 8
        while bits >= 5:
            bits -= 5
            data.append(value >> bits & 31)
    data.append(value << (5 - bits) & 31)
    human = "age-secret-key-"
    expanded = [ord(c) >> 5 for c in human] + [0] + [ord(c) & 31 for c in human]
    check = 1
    for item in expanded + data + [0] * 6:
        top, check = check >> 25, (check & 0x1ffffff) << 5 ^ item
        for bit, generator in enumerate((0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                         0x2a1462b3)):
            check ^= generator if top >> bit & 1 else 0
    data += [(check ^ 1) >> 5 * (5 - i) & 31 for i in range(6)]
    return (human + "1" + "".join(charset[item] for item in data)).upper()


MONITORING = [
    ("~datadog-api-key", "DD_API_KEY", "<hex:32>"),
    ("~datadog-app-key", "DD_APP_KEY", "<hex:40>"),
    ("newrelic-user", "NEW_RELIC_API_KEY", "NRAK-<up:27>"),
    ("newrelic-license", "NEW_RELIC_LICENSE_KEY", "<hex:36>NRAL"),
    ("newrelic-insert", "NEW_RELIC_INSERT_KEY", "NRII-<url:32>"),
    ("grafana-old-key", "GRAFANA_API_KEY", grafana_old),
    ("grafana-service-account", "GRAFANA_TOKEN", grafana_service_account),
    ("grafana-cloud", "GRAFANA_CLOUD_TOKEN", grafana_cloud),
    ("sentry-user", "SENTRY_AUTH_TOKEN", "sntryu_<hex:64>"),
    ("sentry-org", "SENTRY_ORG_TOKEN", sentry_org),
    ("honeycomb-ingest", "HONEYCOMB_API_KEY", "hcaik_01<low:56>"),
    ("~pagerduty-key", "PAGERDUTY_TOKEN", "u+<b62:18>"),
    ("~opsgenie-key", "OPSGENIE_API_KEY", "<uuid>"),
    ("~splunk-hec", "SPLUNK_HEC_TOKEN", "<uuid>"),
    ("~rollbar-token", "ROLLBAR_ACCESS_TOKEN", "<hex:32>"),
    ("~elastic-key", "ELASTIC_API_KEY", "<b64=45>"),
    ("posthog-key", "POSTHOG_PERSONAL_API_KEY", "phx_<b62:43>"),
    ("axiom-token", "AXIOM_TOKEN", "xaat-<uuid>"),
    ("~logdna-key", "LOGDNA_INGESTION_KEY", "<hex:32>"),
    ("~influx-token", "INFLUX_TOKEN", "<url:86>=="),
    ("~sumologic-key", "SUMOLOGIC_ACCESS_KEY", "<b62:64>"),
]

AI = [
    ("openai-key", "OPENAI_API_KEY", "sk-<b62:20>T3BlbkFJ<b62:20>"),
    ("openai-project", "OPENAI_KEY", "sk-proj-<url:74>T3BlbkFJ<url:74>"),
    ("openai-service", "OPENAI_SERVICE_KEY", "sk-svcacct-<url:74>T3BlbkFJ<url:74>"),
    ("anthropic-key", "ANTHROPIC_API_KEY", "sk-ant-api03-<url:93>AA"),
    ("anthropic-admin", "ANTHROPIC_ADMIN_KEY", "sk-ant-admin01-<url:93>AA"),
    ("anthropic-oauth", "CLAUDE_CODE_OAUTH_TOKEN", "sk-ant-oat01-<url:93>AA"),
    ("huggingface", "HF_TOKEN", "hf_<letter:34>"),
    ("groq", "GROQ_API_KEY", "gsk_<b62:52>"),
    ("perplexity", "PERPLEXITY_API_KEY", "pplx-<b62:48>"),
    ("replicate", "REPLICATE_API_TOKEN", "r8_<b62:37>"),
    ("~cohere", "COHERE_API_KEY", "<b62:40>"),
    ("~mistral", "MISTRAL_API_KEY", "<b62:32>"),
    ("~together", "TOGETHER_API_KEY", "<hex:64>"),
    ("xai", "XAI_API_KEY", "xai-<b62:80>"),
    ("deepseek", "DEEPSEEK_API_KEY", "sk-<hex:32>"),
    ("openrouter", "OPENROUTER_API_KEY", "sk-or-v1-<hex:64>"),
    ("fireworks", "FIREWORKS_API_KEY", "fw_<b62:24>"),
    ("elevenlabs", "ELEVENLABS_API_KEY", "sk_<hex:48>"),
    ("pinecone", "PINECONE_API_KEY", "pcsk_<b62:6>_<b62:63>"),
    ("langsmith", "LANGCHAIN_API_KEY", "lsv2_pt_<hex:32>_<hex:10>"),
    ("~wandb", "WANDB_API_KEY", "<hex:40>"),
    ("nvidia", "NVIDIA_API_KEY", "nvapi-<url:64>"),
    ("cerebras", "CEREBRAS_API_KEY", "csk-<low:48>"),
    ("tavily", "TAVILY_API_KEY", "tvly-<b62:32>"),
    ("langfuse", "LANGFUSE_SECRET_KEY", "sk-lf-<uuid>"),
    ("jina", "JINA_API_KEY", "jina_<hex:32><b62:28>"),
    ("~deepgram", "DEEPGRAM_API_KEY", "<hex:40>"),
    ("~assemblyai", "ASSEMBLYAI_API_KEY", "<hex:32>"),
    ("firecrawl", "FIRECRAWL_API_KEY", "fc-<hex:32>"),
    ("voyage", "VOYAGE_API_KEY", "pa-<url:43>"),
]

INFRA = [
    ("vault-service", "VAULT_TOKEN", "hvs.CAESI<url:90>"),
    ("vault-batch", "VAULT_BATCH_TOKEN", "hvb.AAAAAQ<url:150>"),
    ("~consul-token", "CONSUL_HTTP_TOKEN", "<uuid>"),
    ("~nomad-token", "NOMAD_TOKEN", "<uuid>"),
    ("tailscale-auth", "TS_AUTHKEY", "tskey-auth-k<b62:11>CNTRL-<b62:32>"),
    ("tailscale-api", "TAILSCALE_API_KEY", "tskey-api-k<b62:11>CNTRL-<b62:32>"),
    ("tailscale-client", "TS_CLIENT_SECRET", "tskey-client-k<b62:11>CNTRL-<b62:32>"),
    ("doppler-service", "DOPPLER_TOKEN", "dp.st.prd.<b62:43>"),
    ("doppler-personal", "DOPPLER_PERSONAL_TOKEN", "dp.pt.<b62:43>"),
    ("1password-service", "OP_SERVICE_ACCOUNT_TOKEN", one_password),
    ("bitwarden-machine", "BWS_ACCESS_TOKEN", "0.<uuid>.<b62:30>:<b64=16>"),
    ("~bitwarden-secret", "BW_CLIENTSECRET", "<b62:30>"),
    ("infisical", "INFISICAL_TOKEN", "st.<uuid>.<hex:32>.<hex:32>"),
    ("age-identity", "SOPS_AGE_KEY", bech32_age),
    ("~okta-token", "OKTA_API_TOKEN", "00<url:40>"),
    ("~auth0-secret", "AUTH0_CLIENT_SECRET", "<url:64>"),
    ("~keycloak-secret", "KEYCLOAK_CLIENT_SECRET", "<b62:32>"),
    ("~oidc-secret", "OIDC_CLIENT_SECRET", "<url:48>"),
    ("service-account-jwt", "KUBE_TOKEN", cluster_token),
    ("session-jwt", "SERVICE_TOKEN", session_jwt),
    ("rancher-token", "RANCHER_TOKEN", "token-<low:5>:<low:54>"),
    ("k3s-token", "K3S_TOKEN", "K10<hex:64>::server:<hex:32>"),
    ("~ngrok-token", "NGROK_AUTHTOKEN", "2<b62:26>_<b62:21>"),
    ("~zerotier-token", "ZEROTIER_TOKEN", "<b62:32>"),
    ("cloudflare-tunnel", "TUNNEL_TOKEN",
     lambda draw: base64.b64encode(json.dumps(
         {"a": draw.of("hex", 32), "t": draw.uuid(), "s": draw.base64(32)},
         separators=(",", ":")).encode()).decode()),
    ("~duo-secret", "DUO_SKEY", "<b62:40>"),
    ("~fernet-key", "AIRFLOW__CORE__FERNET_KEY", "<url:43>="),
]

MONITORING_FILES = [
    ("datadog-agent", "datadog.yaml", "api_key: \1<hex:32>\2\nsite: datadoghq.eu\nlogs_enabled: true\n"),
    ("newrelic-infra", "newrelic-infra.yml", "license_key: \1eu01xx<hex:30>NRAL\2\nlog:\n  level: info\n"),
    ("prometheus", "prometheus.yml", "scrape_configs:\n- job_name: node\n  basic_auth:\n    username: scrape\n    password: \1<b62:20>\2\n"),
    ("alertmanager", "alertmanager.yml", "route: {receiver: ops}\nreceivers:\n- name: ops\n  pagerduty_configs:\n  - routing_key: \1<hex:32>\2\n"),
    ("filebeat", "filebeat.yml", 'output.elasticsearch:\n  hosts: ["es:9200"]\n  username: "beats"\n  password: "\1<b62:20>\2"\n'),
    ("grafana-ini", "grafana.ini", "[security]\nadmin_user = admin\nadmin_password = \1<b62:16>\2\nsecret_key = SW2YcwTIb9zpOOhoPsMm\n"),
    ("splunk-inputs", "inputs.conf", "[http://ops]\ndisabled = 0\ntoken = \1<uuid>\2\n"),
    ("zabbix", "zabbix_server.conf", "DBName=zabbix\nDBUser=zabbix\nDBPassword=\1<b62:18>\2\n"),
    ("telegraf", "telegraf.conf", '[[outputs.influxdb_v2]]\n  urls = ["https://influx.internal"]\n  token = "\1<url:86>==\2"\n'),
    ("snmpd", "snmpd.conf", "createUser monitor SHA \1<b62:16>\2 AES\nrouser monitor\n"),
]

MONITORING_NEAR = [
    ("sentry-dsn-var", "sentry.py", 'sentry_sdk.init(dsn=os.environ["SENTRY_DSN"])\n'),
    ("trace-ids", "trace.log", "trace_id=<hex:32> span_id=<hex:16> sampled=1\ntraceparent: 00-<hex:32>-<hex:16>-01\n"),
    ("request-id", "http.log", '{"request_id": "<uuid>", "status": 200, "ms": <dig:3>}\n'),
    ("posthog-public", "analytics.js", 'posthog.init("phc_<b62:43>", {api_host: "https://eu.posthog.com"});\n'),
    ("google-analytics", "index.html", "<script>gtag('config', 'G-<up:10>'); gtag('config', 'UA-<dig:8>-1');</script>\n"),
    ("grafana-dashboard", "dashboard.json", '{"uid": "<b62:9>", "panels": [{"datasource": {"uid": "P<HEX:16>"}}]}\n'),
    ("password-file", "prometheus.yml", "basic_auth:\n  username: scrape\n  password_file: /run/secrets/prometheus\n"),
    ("machine-ids", "journal.txt", "_BOOT_ID=<hex:32>\nMESSAGE_ID=<hex:32>\n"),
]

AI_NEAR = [
    ("model-names", "models.json", '["gpt-4o", "claude-3-5-sonnet-20240620", "text-embedding-3-small", "hf_model"]\n'),
    ("openai-ids", "run.json", '{"id": "chatcmpl-<b62:29>", "thread": "thread_<b62:24>", "org": "org-<b62:24>"}\n'),
    ("openai-docs", "README.md", "openai.api_key = 'sk-...'\nexport OPENAI_API_KEY=sk-your-key-here\n"),
    ("sk-words", "classes.css", ".sk-loading-spinner-large{} .sk-fading-circle-animation-delay-children{}\n.sk-toggleable__content-wrapper-with-long-name{}\n"),
    ("css-hf", "layout.css", ".hf_header_navigation_wrapper_container_left{} #hf_footer{}\n"),
    ("tensor-hash", "model.index", "weights: sha256:<hex:64>\nrevision: <hex:40>\n"),
    ("anthropic-docs", "setup.md", "Your key starts with `sk-ant-api03-`; set ANTHROPIC_API_KEY to it.\n"),
    ("tokenizer", "tokenizer.json", '{"pad_token": "<pad>", "eos_token": "</s>", "vocab": {"token": 19, "key": 20}}\n'),
]

INFRA_NEAR = [
    ("vault-path", "app.hcl", 'path "secret/data/app-<abc:4>" {\n  capabilities = ["read"]\n}\n'),
    ("vault-docs", "vault.md", "Service tokens begin with hvs., batch tokens with hvb. and recovery tokens with hvr.\n"),
    ("vault-accessor", "audit.log", "accessor=<b62:24> display_name=ci policies=[default]\n"),
    ("age-recipient", ".sops.yaml", "creation_rules:\n- age: age1<low:58>\n"),
    ("age-file", "secret.age", "age-encryption.org/v1\n-> X25519 <b64:43>\n<b64:43>\n--- <b64:43>\n"),
    ("tailscale-ids", "ts.json", '{"nodeKey": "nodekey:<hex:64>", "machineKey": "mkey:<hex:64>"}\n'),
    ("tailscale-docs", "ts.md", "tailscale up --auth-key=tskey-auth-xxxxx\n"),
    ("jwt-docs", "jwt.md", "A token has three parts: eyJhbGciOi.eyJzdWIiOi.signature\n"),
    ("jwks", "jwks.json", '{"keys":[{"kty":"RSA","kid":"<hex:16>","use":"sig","n":"<url:342>","e":"AQAB"}]}\n'),
    ("terraform-lock", ".terraform.lock.hcl", 'hashes = [\n  "h1:<b64=32>",\n  "zh:<hex:64>",\n]\n'),
    ("k8s-uids", "pod.yaml", "metadata:\n  uid: <uuid>\n  resourceVersion: \"<dig:7>\"\n  generateName: api-<hex:10>-\n"),
    ("kube-token-file", "kubeconfig", "users:\n- name: ci\n  user:\n    tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token\n"),
    ("sops-file", "secrets.yaml", "token: ENC[AES256_GCM,data:<b64=40>,iv:<b64=32>,tag:<b64=16>,type:str]\nsops:\n  mac: ENC[AES256_GCM,data:<b64=80>,iv:<b64=32>,tag:<b64=16>,type:str]\n"),
    ("ansible-vault", "vault.yml", "$ANSIBLE_VAULT;1.1;AES256\n<hex:80>\n<hex:80>\n<hex:80>\n"),
    ("sealed-secret", "sealed.yaml", "kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgB<b64:300>\n"),
    ("vault-transit", "row.csv", "id,ssn\n<dig:4>,vault:v1:<b64=48>\n"),
]


def samples():
    yield from family("monitoring", MONITORING, MONITORING_FILES, MONITORING_NEAR)
    yield from family("ai", AI, (), AI_NEAR)
    yield from family("infra", INFRA, (), INFRA_NEAR)
