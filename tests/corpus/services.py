"""Tokens of package registries, chat, payment and mail services."""

import base64

from vendors import family


def discord(draw):
    user = base64.b64encode(("1" + draw.of("dig", 17)).encode()).decode().rstrip("=")
    return f"{user}.{draw.of('url', 6)}.{draw.of('url', 38)}"


def intercom(draw):
    return base64.b64encode(f"tok:{draw.of('hex', 8)}_{draw.of('hex', 4)}_{draw.of('hex', 4)}"
                            f"_{draw.of('hex', 4)}_{draw.of('hex', 12)}:1:0".encode()).decode()


def jfrog_reference(draw):
    return base64.b64encode(f"reftkn:01:{draw.of('dig', 10)}:{draw.of('b62', 27)}".encode()
                            ).decode().rstrip("=")


REGISTRIES = [
    ("npm-token", "NPM_TOKEN", lambda draw: draw.crc62("npm_", 30)),
    ("npm-automation", "NODE_AUTH_TOKEN", lambda draw: draw.crc62("npm_", 30)),
    ("pypi-token", "PYPI_TOKEN", lambda draw: "pypi-AgEIcHlwaS5vcmc" + draw.of("url", 150)),
    ("test-pypi-token", "TWINE_PASSWORD",
     lambda draw: "pypi-AgENdGVzdC5weXBpLm9yZw" + draw.of("url", 150)),
    ("rubygems-key", "GEM_HOST_API_KEY", "rubygems_<hex:48>"),
    ("crates-token", "CARGO_REGISTRY_TOKEN", "cio<b62:32>"),
    ("nuget-key", "NUGET_API_KEY", "oy2<low:43>"),
    ("docker-pat", "DOCKERHUB_TOKEN", "dckr_pat_<url:27>"),
    ("docker-org", "DOCKER_ORG_TOKEN", "dckr_oat_<url:32>"),
    ("clojars-token", "CLOJARS_TOKEN", "CLOJARS_<hex:60>"),
    ("jfrog-key", "ARTIFACTORY_API_KEY", "AKCp<b62:69>"),
    ("jfrog-reference", "JFROG_ACCESS_TOKEN", jfrog_reference),
    ("~cloudsmith-key", "CLOUDSMITH_API_KEY", "<hex:40>"),
    ("~packagist-token", "PACKAGIST_TOKEN", "<hex:40>"),
    ("~hex-key", "HEX_API_KEY", "<hex:32>"),
    ("~quay-robot", "QUAY_ROBOT_TOKEN", "<up:64>"),
]

CHAT = [
    ("slack-bot", "SLACK_BOT_TOKEN", "xoxb-<dig:12>-<dig:13>-<b62:24>"),
    ("slack-user", "SLACK_USER_TOKEN", "xoxp-<dig:12>-<dig:12>-<dig:13>-<hex:32>"),
    ("slack-app", "SLACK_APP_TOKEN", "xapp-1-A<up:10>-<dig:13>-<hex:64>"),
    ("slack-config", "SLACK_CONFIG_TOKEN", "xoxe.xoxp-1-<b62:163>"),
    ("slack-refresh", "SLACK_REFRESH_TOKEN", "xoxe-1-<b62:146>"),
    ("slack-webhook", "SLACK_WEBHOOK_URL",
     "https://hooks.slack.com/services/T<up:10>/B<up:10>/<b62:24>"),
    ("~slack-signing-secret", "SLACK_SIGNING_SECRET", "<hex:32>"),
    ("discord-bot", "DISCORD_TOKEN", discord),
    ("discord-webhook", "DISCORD_WEBHOOK",
     "https://discord.com/api/webhooks/<dig:18>/<url:68>"),
    ("~discord-client-secret", "DISCORD_CLIENT_SECRET", "<url:32>"),
    ("telegram-bot", "TELEGRAM_BOT_TOKEN", "6<dig:9>:AA<url:33>"),
    ("teams-webhook", "TEAMS_WEBHOOK_URL",
     "https://corp.webhook.office.com/webhookb2/<uuid>@<uuid>/IncomingWebhook/<hex:32>/<uuid>"),
    ("~mattermost-token", "MATTERMOST_TOKEN", "<low:26>"),
    ("matrix-token", "MATRIX_ACCESS_TOKEN", "syt_Ym90_<abc:20>_<b62:6>"),
    ("~twilio-auth-token", "TWILIO_AUTH_TOKEN", "<hex:32>"),
    ("twilio-key", "TWILIO_API_KEY", "SK<hex:32>"),
    ("twitch-token", "TWITCH_OAUTH_TOKEN", "oauth:<low:30>"),
    ("~zoom-secret", "ZOOM_CLIENT_SECRET", "<b62:32>"),
    ("facebook-token", "FACEBOOK_ACCESS_TOKEN", "EAAG<b62:180>"),
    ("~facebook-app-secret", "FACEBOOK_APP_SECRET", "<hex:32>"),
    ("twitter-bearer", "TWITTER_BEARER_TOKEN", "AAAAAAAAAAAAAAAAAAAAA<b62:30>%3D<b62:50>"),
    ("~twitter-secret", "TWITTER_API_SECRET", "<b62:50>"),
    ("intercom-token", "INTERCOM_ACCESS_TOKEN", intercom),
    ("ntfy-token", "NTFY_TOKEN", "tk_<low:29>"),
    ("pushbullet-token", "PUSHBULLET_TOKEN", "o.<b62:32>"),
    ("~line-token", "LINE_CHANNEL_ACCESS_TOKEN", "<b64=128>"),
    ("~zulip-key", "ZULIP_API_KEY", "<b62:32>"),
    ("~mastodon-token", "MASTODON_ACCESS_TOKEN", "<url:43>"),
]

PAYMENT = [
    ("stripe-secret", "STRIPE_SECRET_KEY", "sk_live_<b62:24>"),
    ("stripe-secret-long", "STRIPE_API_KEY", "sk_live_51<b62:97>"),
    ("stripe-restricted", "STRIPE_RESTRICTED_KEY", "rk_live_<b62:24>"),
    ("stripe-test", "STRIPE_TEST_KEY", "sk_test_51<b62:97>"),
    ("stripe-webhook", "STRIPE_WEBHOOK_SECRET", "whsec_<b62:32>"),
    ("square-token", "SQUARE_ACCESS_TOKEN", "EAAA<url:60>"),
    ("square-secret", "SQUARE_APP_SECRET", "sq0csp-<url:43>"),
    ("braintree-token", "BRAINTREE_ACCESS_TOKEN", "access_token$production$<low:16>$<hex:32>"),
    ("~razorpay-secret", "RAZORPAY_KEY_SECRET", "<b62:24>"),
    ("paystack-secret", "PAYSTACK_SECRET_KEY", "sk_live_<hex:40>"),
    ("flutterwave-secret", "FLUTTERWAVE_SECRET_KEY", "FLWSECK-<hex:32>-X"),
    ("plaid-token", "PLAID_ACCESS_TOKEN", "access-production-<uuid>"),
    ("~plaid-secret", "PLAID_SECRET", "<hex:30>"),
    ("~gocardless-token", "GOCARDLESS_ACCESS_TOKEN", "live_<url:40>"),
    ("~mollie-key", "MOLLIE_API_KEY", "live_<b62:30>"),
    ("~adyen-key", "ADYEN_API_KEY", "AQE<b64:120>"),
    ("paddle-key", "PADDLE_API_KEY", "pdl_live_apikey_01<low:24>_<b62:22>_<b62:3>"),
    ("shopify-token", "SHOPIFY_ACCESS_TOKEN", "shpat_<hex:32>"),
    ("shopify-secret", "SHOPIFY_API_SECRET", "shpss_<hex:32>"),
    ("shopify-private", "SHOPIFY_PASSWORD", "shppa_<hex:32>"),
    ("~paypal-secret", "PAYPAL_CLIENT_SECRET", "E<url:79>"),
    ("~coinbase-secret", "COINBASE_API_SECRET", "<b62:32>"),
    ("~binance-secret", "BINANCE_SECRET_KEY", "<b62:64>"),
    ("mercadopago-token", "MERCADOPAGO_ACCESS_TOKEN", "APP_USR-<dig:16>-<dig:6>-<hex:32>-<dig:9>"),
]

MAIL = [
    ("sendgrid-key", "SENDGRID_API_KEY", "SG.<url:22>.<url:43>"),
    ("mailgun-key", "MAILGUN_API_KEY", "key-<hex:32>"),
    ("mailgun-new-key", "MAILGUN_SENDING_KEY", "<hex:32>-<hex:8>-<hex:8>"),
    ("mailchimp-key", "MAILCHIMP_API_KEY", "<hex:32>-us<dig:2>"),
    ("~postmark-token", "POSTMARK_SERVER_TOKEN", "<uuid>"),
    ("brevo-key", "BREVO_API_KEY", "xkeysib-<hex:64>-<b62:16>"),
    ("brevo-smtp", "BREVO_SMTP_KEY", "xsmtpsib-<hex:64>-<b62:16>"),
    ("resend-key", "RESEND_API_KEY", "re_<b62:8>_<b62:24>"),
    ("~mailjet-secret", "MAILJET_SECRET_KEY", "<hex:32>"),
    ("~sparkpost-key", "SPARKPOST_API_KEY", "<hex:40>"),
    ("klaviyo-key", "KLAVIYO_PRIVATE_KEY", "pk_<hex:34>"),
    ("hubspot-token", "HUBSPOT_ACCESS_TOKEN", "pat-na1-<uuid>"),
    ("mailersend-token", "MAILERSEND_API_KEY", "mlsn.<hex:64>"),
    ("~mandrill-key", "MANDRILL_API_KEY", "<url:22>"),
    ("~mailtrap-token", "MAILTRAP_API_TOKEN", "<hex:32>"),
    ("airtable-pat", "AIRTABLE_TOKEN", "pat<b62:14>.<hex:64>"),
    ("notion-token", "NOTION_TOKEN", "ntn_<dig:11><b62:35>"),
    ("notion-secret", "NOTION_API_KEY", "secret_<b62:43>"),
    ("figma-token", "FIGMA_TOKEN", "figd_<url:40>"),
    ("linear-key", "LINEAR_API_KEY", "lin_api_<b62:40>"),
    ("asana-token", "ASANA_TOKEN", "2/<dig:16>/<dig:16>:<hex:32>"),
    ("dropbox-token", "DROPBOX_ACCESS_TOKEN", "sl.<url:135>"),
    ("typeform-token", "TYPEFORM_TOKEN", "tfp_<url:59>"),
    ("~trello-token", "TRELLO_TOKEN", "ATTA<hex:64><HEX:8>"),
]

REGISTRY_FILES = [
    ("npmrc", ".npmrc", "registry=https://npm.internal/\n//npm.internal/:_authToken=\1<uuid>\2\n"),
    ("npmrc-auth", ".npmrc", "@corp:registry=https://art.internal/npm/\n//art.internal/npm/:_auth=\1<b64=30>\2\nemail=ci@corp.test\n"),
    ("npmrc-password", ".npmrc", "//art.internal/:username=ci\n//art.internal/:_password=\1<b64=24>\2\n"),
    ("yarnrc", ".yarnrc.yml", 'npmRegistryServer: "https://npm.internal"\nnpmAuthToken: "\1<b62:36>\2"\n'),
    ("pypirc", ".pypirc", "[pypi]\nusername = __token__\npassword = \1pypi-AgEIcHlwaS5vcmc<url:140>\2\n"),
    ("pypirc-password", ".pypirc", "[internal]\nrepository: https://pypi.internal\nusername: ci\npassword: \1<b62:18>\2\n"),
    ("pip-conf", "pip.conf", "[global]\nindex-url = https://ci:\1<b62:24>\2@pypi.internal/simple\n"),
    ("cargo", ".cargo/credentials.toml", '[registry]\ntoken = "\1cio<b62:32>\2"\n'),
    ("gem", ".gem/credentials", "---\n:rubygems_api_key: \1rubygems_<hex:48>\2\n"),
    ("nuget-config", "NuGet.Config", '<packageSourceCredentials><corp><add key="Username" value="ci" />'
     '<add key="ClearTextPassword" value="\1<b62:24>\2" /></corp></packageSourceCredentials>\n'),
    ("maven", "settings.xml", "<servers>\n  <server>\n    <id>corp</id>\n    <username>ci</username>\n"
     "    <password>\1<b62:20>\2</password>\n  </server>\n</servers>\n"),
    ("gradle", "gradle.properties", "org.gradle.jvmargs=-Xmx2g\nnexusPassword=\1<b62:20>\2\n"),
    ("composer", "auth.json", '{"http-basic": {"repo.internal": {"username": "ci", "password": "\1<b62:22>\2"}}}\n'),
    ("docker-login", ".bash_history", "docker login -u ci -p \1<b62:22>\2 registry.internal\n"),
    ("bundle", ".bundle/config", '---\nBUNDLE_GEMS__INTERNAL: "ci:\1<b62:24>\2"\n'),
    ("conda", ".condarc", "channels:\n  - https://conda.internal/t/\1co-<uuid>\2/main\n"),
]

REGISTRY_NEAR = [
    ("npm-bad-checksum", "ids.txt", "npm_<b62:36>\n"),
    ("npm-integrity", "package-lock.json", '{"resolved": "https://registry.npmjs.org/a/-/a-1.0.tgz", "integrity": "sha512-<b64=64>"}\n'),
    ("npmrc-variable", ".npmrc", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\nsave-exact=true\n"),
    ("npmrc-plain", ".npmrc", "registry=https://npm.internal/\nalways-auth=true\nfund=false\n"),
    ("yarn-lock", "yarn.lock", 'left-pad@^1.3.0:\n  resolved "https://registry.yarnpkg.com/left-pad/-/left-pad-1.3.0.tgz#<hex:40>"\n'),
    ("cargo-lock", "Cargo.lock", '[[package]]\nname = "serde"\nversion = "1.0.<dig:2>"\nchecksum = "<hex:64>"\n'),
    ("go-sum", "go.sum", "github.com/a/b v1.2.<dig:1> h1:<b64=32>\ngithub.com/a/b v1.2.0/go.mod h1:<b64=32>\n"),
    ("pip-hashes", "requirements.txt", "requests==2.31.0 \\\n    --hash=sha256:<hex:64> \\\n    --hash=sha256:<hex:64>\n"),
    ("poetry-lock", "poetry.lock", 'files = [\n    {file = "a-1.0.whl", hash = "sha256:<hex:64>"},\n]\n'),
    ("gemfile-lock", "Gemfile.lock", "CHECKSUMS\n  rake (13.0.<dig:1>) sha256=<hex:64>\n"),
    ("composer-lock", "composer.lock", '{"content-hash": "<hex:32>", "reference": "<hex:40>", "shasum": "<hex:40>"}\n'),
    ("image-digest", "Dockerfile", "FROM debian@sha256:<hex:64>\n"),
    ("pypi-docs", "publish.md", "Set the username to `__token__` and the password to the token, with its `pypi-` prefix.\n"),
    ("pnpm-lock", "pnpm-lock.yaml", "  /a@1.0.0:\n    resolution: {integrity: sha512-<b64=64>}\n"),
    ("maven-variable", "settings.xml", "<server><id>corp</id><password>${env.NEXUS_PASSWORD}</password></server>\n"),
    ("nuget-hash", "packages.lock.json", '{"contentHash": "<b64=64>", "resolved": "6.0.<dig:1>"}\n'),
]

CHAT_FILES = [
    ("teams-workflow", "notify.sh", "curl -d @m.json 'https://prod-12.westeurope.logic.azure.com:443/workflows/<hex:32>/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=\1<url:43>\2'\n"),
    ("twilio-pair", "twilio.ini", "account_sid = AC<hex:32>\nauth_token = \1<hex:32>\2\n"),
    ("irssi", ".irssi/config", 'servers = ( { address = "irc.internal"; port = "6697"; password = "\1<b62:16>\2"; } );\n'),
    ("weechat", "weechat.conf", '[server]\nlibera.sasl_username = "bot"\nlibera.sasl_password = "\1<b62:18>\2"\n'),
]

CHAT_NEAR = [
    ("slack-ids", "slack.yml", "channel: C<up:10>\nteam: T<up:10>\nuser: U<up:10>\n"),
    ("slack-docs", "slack.md", "Bot tokens begin with xoxb- and user tokens with xoxp-, e.g. xoxb-your-token.\n"),
    ("slack-webhook-docs", "hooks.md", "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX\n"),
    ("discord-ids", "bot.json", '{"guild": "1<dig:17>", "channel": "1<dig:17>"}\n'),
    ("telegram-chat", "tg.ini", "chat_id = -100<dig:10>\n"),
    ("twilio-sid", "sms.ini", "account_sid = AC<hex:32>\nfrom = TWILIO_NUMBER\n"),
    ("twilio-message", "sms.log", "queued message SM<hex:32> for AC<hex:32>\n"),
    ("matrix-room", "rooms.txt", "!<b62:18>:matrix.internal #ops:matrix.internal\n"),
    ("teams-docs", "teams.md", "https://example.webhook.office.com/webhookb2/<GUID>@<GUID>/IncomingWebhook/<ID>/<GUID>\n"),
]

PAYMENT_NEAR = [
    ("stripe-publishable", "pay.js", 'const stripe = Stripe("pk_live_<b62:24>");\n'),
    ("stripe-objects", "event.json", '{"id": "evt_1<b62:23>", "object": {"id": "pi_3<b62:23>", "customer": "cus_<b62:14>"}}\n'),
    ("stripe-price", "plans.ts", 'export const PLAN = "price_1<b62:23>";\n'),
    ("stripe-docs", "stripe.md", "Use your secret key, sk_live_..., on the server only.\n"),
    ("stripe-client-secret-docs", "intent.md", "client_secret: pi_..._secret_...\n"),
    ("test-cards", "cards.md", "Use 4242 4242 4242 4242 or 4000 0025 0000 3155 in test mode.\n"),
    ("paypal-id", "checkout.html", '<script src="https://www.paypal.com/sdk/js?client-id=A<url:79>"></script>\n'),
    ("shopify-docs", "shop.md", "Access tokens have the prefix shpat_, secrets shpss_.\n"),
]

MAIL_NEAR = [
    ("message-id", "mail.eml", "Message-ID: <b62:20>@mail.example.org\nDate: Mon, 3 Jun 2024 10:00:0<dig:1> +0000\n"),
    ("dkim", "zone.db", 'mail._domainkey IN TXT "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A<b64:300>"\n'),
    ("dkim-signature", "mail.eml", "DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=mail;\n bh=<b64=32>;\n b=<b64=256>\n"),
    ("spf", "zone.db", 'example.org. IN TXT "v=spf1 include:_spf.example.org -all"\n'),
    ("postfix", "main.cf", "smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd\nsmtp_sasl_auth_enable = yes\n"),
    ("figma-file", "design.md", "https://www.figma.com/file/<b62:22>/Design?node-id=1-<dig:3>\n"),
    ("notion-page", "links.md", "https://www.notion.so/Team-notes-<hex:32>\n"),
    ("sendgrid-docs", "mail.md", "A SendGrid key starts with SG. and has three parts: SG.id.secret\n"),
]


def samples():
    yield from family("registries", REGISTRIES, REGISTRY_FILES, REGISTRY_NEAR)
    yield from family("chat", CHAT, CHAT_FILES, CHAT_NEAR)
    yield from family("payment", PAYMENT, (), PAYMENT_NEAR)
    yield from family("mail", MAIL, (), MAIL_NEAR)
