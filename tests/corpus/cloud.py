"""Keys of clouds and hosters, by their documentation. A kind that begins with ~ is one that only
its name tells apart."""

import base64
import json

import keymaker
from sample import Draw, mark, sample
from vendors import family


def aws_session(draw):
    return "IQoJb3JpZ2luX2VjE" + draw.base64(480).rstrip("=")


ROWS = [
    ("aws-access-key-id", "AWS_ACCESS_KEY_ID", "AKIA<b32:16>"),
    ("aws-temporary-key-id", "AWS_ACCESS_KEY_ID", "ASIA<b32:16>"),
    ("~aws-secret-access-key", "AWS_SECRET_ACCESS_KEY", "<b64:40>"),
    ("~aws-session-token", "AWS_SESSION_TOKEN", aws_session),
    ("aws-bedrock-key", "AWS_BEARER_TOKEN_BEDROCK",
     lambda draw: "ABSK" + base64.b64encode(
         f"BedrockAPIKey-{draw.of('low', 4)}-at-{draw.of('dig', 12)}:{draw.of('b64', 61)}"
         .encode()).decode()),
    ("google-api-key", "GOOGLE_API_KEY", "AIza<url:35>"),
    ("google-oauth-client-secret", "GOOGLE_CLIENT_SECRET", "GOCSPX-<url:28>"),
    ("google-oauth-access-token", "GOOGLE_ACCESS_TOKEN", "ya29.<url:160>"),
    ("google-oauth-refresh-token", "GOOGLE_REFRESH_TOKEN", "1//0<dig:1><url:60>"),
    ("azure-client-secret", "AZURE_CLIENT_SECRET", "<b62:3>8Q~<b62:34>"),
    ("~azure-storage-key", "AZURE_STORAGE_KEY", "<b64=64>"),
    ("~azure-devops-pat", "AZURE_DEVOPS_EXT_PAT", lambda draw: draw.of("b32", 52).lower()),
    ("digitalocean-token", "DIGITALOCEAN_TOKEN", "dop_v1_<hex:64>"),
    ("digitalocean-oauth", "DIGITALOCEAN_ACCESS_TOKEN", "doo_v1_<hex:64>"),
    ("digitalocean-refresh", "DO_REFRESH_TOKEN", "dor_v1_<hex:64>"),
    ("alibaba-key-id", "ALICLOUD_ACCESS_KEY", "LTAI<b62:20>"),
    ("~alibaba-secret", "ALICLOUD_SECRET_KEY", "<b62:30>"),
    ("tencent-secret-id", "TENCENTCLOUD_SECRET_ID", "AKID<b62:32>"),
    ("~cloudflare-token", "CLOUDFLARE_API_TOKEN", "<url:40>"),
    ("~cloudflare-global-key", "CLOUDFLARE_API_KEY", "<hex:37>"),
    ("cloudflare-origin-ca", "CLOUDFLARE_ORIGIN_CA_KEY", "v1.0-<hex:24>-<hex:146>"),
    ("~hetzner-token", "HCLOUD_TOKEN", "<b62:64>"),
    ("~linode-token", "LINODE_TOKEN", "<hex:64>"),
    ("~vultr-key", "VULTR_API_KEY", "<up:36>"),
    ("~scaleway-secret", "SCW_SECRET_KEY", "<uuid>"),
    ("heroku-token", "HEROKU_API_KEY", "HRKU-AA<url:58>"),
    ("~heroku-key", "HEROKU_API_KEY", "<uuid>"),
    ("fly-token", "FLY_API_TOKEN", lambda draw: "FlyV1 fm2_" + draw.base64(160)),
    ("netlify-token", "NETLIFY_AUTH_TOKEN", "nfp_<b62:36>"),
    ("~vercel-token", "VERCEL_TOKEN", "<b62:24>"),
    ("render-key", "RENDER_API_KEY", "rnd_<b62:28>"),
    ("~ibm-cloud-key", "IBMCLOUD_API_KEY", "<url:44>"),
    ("yandex-api-key", "YC_API_KEY", "AQVN<url:36>"),
    ("supabase-token", "SUPABASE_ACCESS_TOKEN", "sbp_<hex:40>"),
    ("planetscale-token", "PLANETSCALE_SERVICE_TOKEN", "pscale_tkn_<url:43>"),
    ("planetscale-password", "DATABASE_PASSWORD", "pscale_pw_<url:43>"),
    ("databricks-token", "DATABRICKS_TOKEN", "dapi<hex:32>"),
    ("firebase-server-key", "FCM_SERVER_KEY", "AAAA<url:7>:APA91b<url:134>"),
    ("~backblaze-key", "B2_APPLICATION_KEY", "K00<dig:1><b64:27>"),
    ("~ovh-secret", "OVH_APPLICATION_SECRET", "<hex:32>"),
]


def service_account(draw):
    for index in range(4):
        key = keymaker.pem("PRIVATE KEY", keymaker.pkcs8_rsa(draw))
        body = json.dumps({
            "type": "service_account", "project_id": f"portal-{draw.of('dig', 6)}",
            "private_key_id": draw.of("hex", 40), "private_key": "@S@",
            "client_email": "ci@portal.iam.gserviceaccount.com",
            "token_uri": "https://oauth2.googleapis.com/token"}, indent=2 if index % 2 else None)
        yield sample("cloud", "secret", "google service account", f"credentials-{index}.json",
                     body.replace("@S@", mark(key.replace("\n", "\\n"))))


FILES = [
    ("aws-credentials", "credentials",
     "[default]\naws_access_key_id = AKIA<b32:16>\naws_secret_access_key = \1<b64:40>\2\n"),
    ("aws-credentials-csv", "accessKeys.csv",
     "Access key ID,Secret access key\nAKIA<b32:16>,\1<b64:40>\2\n"),
    ("aws-sts-json", "cli/cache/session.json",
     '{"Credentials": {"AccessKeyId": "ASIA<b32:16>", "SecretAccessKey": "\1<b64:40>\2", '
     '"SessionToken": "FwoGZXIvYXdzE<b64:200>", "Expiration": "2024-07-01T10:00:00Z"}}'),
    ("aws-s3fs", "passwd-s3fs", "\1AKIA<b32:16>:<b64:40>\2\n"),
    ("aws-sso-cache", "sso/cache/token.json",
     '{"startUrl": "https://corp.awsapps.com/start", "accessToken": "\1aoaAAAAAG<url:300>\2", '
     '"expiresAt": "2024-07-01T10:00:00Z"}'),
    ("azure-connection-string", "storage.txt",
     "DefaultEndpointsProtocol=https;AccountName=portal<dig:3>;AccountKey=\1<b64=64>\2;"
     "EndpointSuffix=core.windows.net\n"),
    ("azure-servicebus", "appsettings.Production.json",
     '{"Bus": "Endpoint=sb://portal.servicebus.windows.net/;SharedAccessKeyName=RootManage;'
     'SharedAccessKey=\1<b64=32>\2"}'),
    ("azure-sas", "links.txt",
     "https://portal<dig:2>.blob.core.windows.net/in/x.csv?sv=2022-11-02&ss=b&srt=sco&sp=rwl"
     "&se=2030-01-01T00:00:00Z&sig=\1<b64:43>%3D\2\n"),
    ("azure-cosmos", "cosmos.env",
     "COSMOS=AccountEndpoint=https://portal.documents.azure.com:443/;AccountKey=\1<b64=64>\2;\n"),
    ("azure-msal-cache", "msal_token_cache.json",
     '{"RefreshToken": {"u": {"secret": "\0010.AX<url:500>\2", "credential_type": "RefreshToken"}}}'),
    ("azure-iot", "device.conf",
     "HostName=hub.azure-devices.net;DeviceId=pump<dig:2>;SharedAccessKey=\1<b64=32>\2\n"),
    ("gcloud-adc", "application_default_credentials.json",
     '{"client_id": "764086051850-6qr4p6gpi6hn506pt8ejuq83di341hur.apps.googleusercontent.com", '
     '"refresh_token": "\0011//0<dig:1><url:60>\2", "type": "authorized_user"}'),
    ("rclone", "rclone.conf",
     "[store]\ntype = s3\nprovider = Wasabi\naccess_key_id = <up:20>\n"
     "secret_access_key = \1<b62:40>\2\n"),
    ("doctl", "doctl/config.yaml", "access-token: \1dop_v1_<hex:64>\2\noutput: text\n"),
    ("minio", "mc/config.json",
     '{"version":"10","aliases":{"prod":{"url":"https://s3.internal","accessKey":"<b62:20>",'
     '"secretKey":"\1<b62:40>\2"}}}'),
    ("s3cmd", ".s3cfg", "[default]\naccess_key = <up:20>\nsecret_key = \1<b64:40>\2\n"),
    ("flyctl", ".fly/config.yml", "access_token: \1fo1_<url:43>\2\nwire_guard_state: {}\n"),
]

NEAR = [
    ("aws-docs-key", "README.md", "export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\n"
     "export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"),
    ("aws-docs-key-2", "docs.rst", "    aws_access_key_id = AKIAI44QH8DHBEXAMPLE\n"
     "    aws_secret_access_key = je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY\n"),
    ("aws-short-id", "notes.txt", "Access key ids begin with AKIA, like AKIA<b32:6>.\n"),
    ("aws-role-id", "policy.json", '{"Condition": {"StringLike": {"aws:userId": "AROA<b32:16>:*"}}}\n'),
    ("aws-arn", "iam.tf", 'role = "arn:aws:iam::<dig:12>:role/deploy-<abc:8>"\n'),
    ("aws-ami", "variables.tf", 'ami = "ami-0<hex:16>"\nsubnet = "subnet-0<hex:16>"\n'),
    ("aws-kms", "kms.yaml", "kms_key_id: arn:aws:kms:eu-west-1:<dig:12>:key/<uuid>\n"),
    ("aws-word", "words.txt", "XAKIA<b32:16> is inside of MAKIA<b32:20>\n"),
    ("google-client-id", "oauth.js", 'const clientId = "<dig:12>-<low:32>.apps.googleusercontent.com";\n'),
    ("google-short", "maps.html", "<script src='https://maps.example/js?key=AIzaYOUR_KEY'></script>\n"),
    ("azure-tenant", "azure.env", "AZURE_TENANT_ID=<uuid>\nAZURE_CLIENT_ID=<uuid>\nAZURE_SUBSCRIPTION_ID=<uuid>\n"),
    ("azurite", "docker-compose.yml", "AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==\n"),
    ("azure-resource", "main.bicep", "id: '/subscriptions/<uuid>/resourceGroups/rg-<abc:6>'\n"),
    ("gcp-key-id", "key.tf", 'service_account_key_id = "projects/portal/keys/<hex:40>"\n'),
    ("firebase-config", "firebase.js", 'appId: "1:<dig:12>:web:<hex:22>", messagingSenderId: "<dig:12>"\n'),
    ("s3-etag", "listing.xml", "<ETag>&quot;<hex:32>&quot;</ETag><VersionId><url:32></VersionId>\n"),
    ("cloudflare-zone", "cf.tf", 'zone_id = "<hex:32>"\naccount_id = "<hex:32>"\n'),
]


def samples():
    yield from family("cloud", ROWS, FILES, NEAR)
    yield from service_account(Draw("service accounts"))
