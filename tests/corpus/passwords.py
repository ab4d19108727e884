"""Passwords without a form of their own: connection strings, and names such as password or secret."""

from contexts import NAMED, Turn, secret_in, value_in
from sample import Draw, mark, sample
from vendors import files

WORDS = ("winter harbour copper falcon meadow lantern granite orchid saddle thunder velvet walnut "
         "quarry pepper marble kettle jigsaw ember cobalt bramble").split()


def human(draw):
    """A password as people and their managers make them."""
    word, other, third = (draw.choice(WORDS) for _ in range(3))
    return draw.choice([
        lambda: word.title() + draw.of("dig", 4) + draw.choice("!?#"),
        lambda: draw.of("b62", 12),
        lambda: draw.of("b62", 20),
        lambda: f"{word}-{other}-{third}-{draw.of('dig', 2)}",
        lambda: word.title() + other.title() + draw.of("dig", 2) + "!",
        lambda: word.replace("a", "4").replace("e", "3").title() + "_" + draw.of("dig", 3),
        lambda: draw.of("b62", 7) + draw.choice("!#*+") + draw.of("b62", 8),
        lambda: draw.of("hex", 32),
        lambda: draw.base64(24),
    ])()


def plain(draw):
    """One that stands in a URL as it is."""
    return draw.choice([draw.of("b62", 16), draw.choice(WORDS).title() + draw.of("dig", 4),
                        draw.of("url", 24), draw.of("low", 12) + "-" + draw.of("dig", 3)])


# The names under which secrets without a form are kept.
NAMES = """PASSWORD DB_PASSWORD DATABASE_PASSWORD POSTGRES_PASSWORD MYSQL_ROOT_PASSWORD REDIS_PASSWORD
MONGO_PASSWORD ADMIN_PASSWORD SMTP_PASSWORD MAIL_PASSWORD LDAP_BIND_PASSWORD RABBITMQ_DEFAULT_PASS
KEYSTORE_PASSWORD SSH_PASSWORD FTP_PASSWORD PGPASSWORD ROOT_PASSWORD GRAFANA_PASSWORD PROXY_PASSWORD
SECRET_KEY APP_SECRET JWT_SECRET SESSION_SECRET COOKIE_SECRET CLIENT_SECRET WEBHOOK_SECRET
ENCRYPTION_KEY SIGNING_SECRET API_KEY API_TOKEN ACCESS_TOKEN AUTH_TOKEN REFRESH_TOKEN MY_TOKEN
SERVICE_TOKEN DEPLOY_TOKEN PRIVATE_TOKEN BEARER_TOKEN API_SECRET SECRET_KEY_BASE MASTER_KEY
PASSPHRASE STORAGE_ACCOUNT_KEY BACKUP_PASSPHRASE RESTIC_PASSWORD BORG_PASSPHRASE VNC_PASSWORD
ELASTIC_PASSWORD MINIO_ROOT_PASSWORD NEXTCLOUD_ADMIN_PASSWORD INTERNAL_API_KEY TOKEN""".split()


def generic(draw):
    turn = Turn(draw, NAMED)
    for name in NAMES:
        for _ in range(4):
            context = turn.take()
            words = "PASS" in name
            secret = human(draw) if words else draw.choice(
                [draw.of("b62", 32), draw.of("hex", 40), draw.base64(32), draw.of("url", 43),
                 draw.of("hex", 64), draw.of("b62", 24)])
            if "#" in secret and context[0] in ("dotenv", "ini", "yaml", "properties"):
                secret = secret.replace("#", "!")
            file, text = secret_in(draw, context, name, secret)
            yield sample("generic", "secret", f"{name} in {context[0]}", file, text)


NOT_SECRETS = ["${@NAME@}", "$@NAME@", "{{ lookup('env', '@NAME@') }}", "changeme", "CHANGEME123",
               "your_password_here", "<password>", "********", "xxxxxxxx", "example", "placeholder",
               "/run/secrets/@name@", "secret/data/@kebab@", "process.env.@NAME@", "REPLACE_ME",
               "to-be-defined", "not-set", "undefined", "None", "true", "false", "required",
               "env:@NAME@", "keyring://service/@kebab@", "!vault", "@@NAME@@", "%(@name@)s",
               "AgBy8hCi...", "***hidden***", "<redacted>", "[FILTERED]", "(see vault)"]


def not_secrets(draw):
    turn, values = Turn(draw, NAMED), Turn(draw, NOT_SECRETS)
    for name in NAMES:
        for _ in range(3):
            context, value = turn.take(), values.take()
            value = value_in(draw, ("", "", value), name, "")[1]
            file, text = value_in(draw, context, name, value)
            yield sample("generic", "clean", f"{name}={value} in {context[0]}", file, text)


NEAR = [
    ("ui-strings", "de.json", '{"password": "Passwort", "forgot_password": "Passwort vergessen?", "token": "Zugangsschlüssel"}\n'),
    ("ui-strings-fr", "fr.po", 'msgid "Password: "\nmsgstr "Mot de passe : "\n\nmsgid "API key"\nmsgstr "Clé d’API"\n'),
    ("ui-prompt", "login.c", 'printf("Password: ");\nfgets(password, sizeof(password), stdin);\n'),
    ("pam", "common-password", "password [success=1 default=ignore] pam_unix.so obscure yescrypt\npassword requisite pam_deny.so\n"),
    ("ssh-config", "sshd_config", "PasswordAuthentication no\nPermitRootLogin prohibit-password\nPubkeyAuthentication yes\n"),
    ("nix-option", "module.nix", "passwordFile = lib.mkOption { type = lib.types.path; };\nkeyFile = cfg.keyFile;\ntokenFile = \"/run/keys/token\";\n"),
    ("function-names", "auth.py", "def reset_password(user, new_password):\n    token = generate_token(user)\n    return hash_password(new_password)\n"),
    ("type", "user.ts", "interface Login { password: string; token?: string; apiKey: string | null }\n"),
    ("type-java", "Login.java", "private String password;\npublic void setPassword(String password) { this.password = password; }\n"),
    ("sql-column", "schema.sql", "CREATE TABLE users (id int, password_hash varchar(255) NOT NULL, api_token text);\n"),
    ("html-form", "login.html", '<input type="password" name="password" autocomplete="current-password" placeholder="Password">\n'),
    ("css", "form.css", ".password-field{color:#333} #token-input:focus{outline:none}\n"),
    ("validation", "rules.yml", "password:\n  min_length: 12\n  require_uppercase: true\n  max_age: 90d\n"),
    ("tokenizer", "lexer.c", "token = next_token(&lexer);\nif (token == TOKEN_IDENTIFIER) token_count++;\n"),
    ("keyboard", "keys.json", '{"key": "ctrl+shift+p", "command": "workbench.action.showCommands"}\n'),
    ("primary-key", "model.py", "id = Column(Integer, primary_key=True)\nkey = models.CharField(max_length=64)\n"),
    ("sort-key", "table.js", 'columns: [{ key: "createdAtTimestampUtc", title: "Created" }]\n'),
    ("css-token", "tokens.json", '{"token": {"color-background-primary-hover": "#1f2a37"}}\n'),
    ("csrf-meta", "page.html", '<meta name="csrf-param" content="authenticity_token">\n'),
    ("public-key-name", "config.yml", "public_key: <b64:60>\nkey_id: <hex:16>\n"),
    ("translation-key", "i18n.ts", 't("settings.security.passwordResetConfirmationMessage")\n'),
    ("cookie-name", "session.py", 'SESSION_COOKIE_NAME = "portal_session_identifier"\nCSRF_HEADER_NAME = "HTTP_X_CSRFTOKEN"\n'),
    ("secret-name", "deploy.yaml", "secretName: portal-tls-certificate\nsecretRef:\n  name: portal-database-credentials\n"),
    ("keychain", "sign.sh", 'security unlock-keychain -p "$KEYCHAIN_PASSWORD" build.keychain\n'),
    ("openssl-env", "sign.sh", "openssl rsa -in a.key -passin env:KEY_PASS -out b.key\n"),
    ("read-file", "main.tf", 'password = file("${path.module}/password.txt")\ntoken = var.token_<abc:4>\nsecret = random_password.db.result\n'),
    ("python-getpass", "cli.py", 'password = getpass.getpass("Password: ")\ntoken = keyring.get_password("svc", user)\n'),
    ("compare", "check.js", 'if (password !== confirmPassword) return "Passwords do not match";\n'),
    ("doc-table", "options.md", "| password | string | Password of the account (required) |\n| token | string | Bearer token |\n"),
    ("man-page", "app.8", ".It Fl p Ar password\nThe password to log in with.\n"),
    ("hash-setting", "app.conf", "password_hash_algorithm = argon2id\npassword_encryption = scram-sha-256\n"),
    ("class-name", "spring.xml", '<bean id="passwordEncoder" class="org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder"/>\n'),
    ("jwt-lib", "auth.ts", "const decoded = jwt.verify(token, publicKeyFromJwksEndpoint, { algorithms: ['RS256'] });\n"),
    ("regex", "mask.py", "re.sub(r'(password|token|secret)=[^&\\s]+', r'\\1=***', line)\n"),
    ("error", "app.log", "ERROR authentication failed: password mismatch for service account\nWARN token expired at 2024-06-0<dig:1>T10:00:00Z\n"),
    ("uuid-key", "feature.yml", "feature_key: <uuid>\nsession_id: <uuid>\n"),
    ("bash-local", "lib.sh", 'local password\npassword="$(head -c 16 /dev/urandom | base64)"\n'),
    ("systemd-cred", "app.service", "SetCredentialEncrypted=password: \\\n  <b64:64> \\\n  <b64:64>\nLoadCredential=token:/etc/token\n"),
    ("dbus-key", "org.xml", '<key name="password-authentication-enabled" type="b"><default>false</default></key>\n'),
    ("completion", "app.bash", 'COMPREPLY=($(compgen -W "--password --password-file --token --api-key-id" -- "$cur"))\n'),
]

CONNECTIONS = [
    ("postgres-url", "database.yml", "production:\n  url: postgres://app:\1<pw>\2@db.internal:5432/app\n"),
    ("postgresql-url-env", ".env", "DATABASE_URL=postgresql://svc_app:\1<pw>\2@10.0.4.<dig:1>/app?sslmode=require\n"),
    ("mysql-url", "config.toml", 'dsn = "mysql://root:\1<pw>\2@mysql:3306/shop"\n'),
    ("go-mysql-dsn", "main.go", 'db, err := sql.Open("mysql", "app:\1<pw>\2@tcp(db.internal:3306)/shop")\n'),
    ("mongodb", "app.js", 'mongoose.connect("mongodb+srv://app:\1<pw>\2@cluster0.ab<low:3>.mongodb.net/app");\n'),
    ("redis", "settings.py", 'CACHE = "redis://:\1<pw>\2@cache.internal:6379/0"\n'),
    ("redis-conf", "redis.conf", "bind 10.0.0.<dig:1>\nrequirepass \1<pw>\2\nappendonly yes\n"),
    ("amqp", "celery.env", "CELERY_BROKER_URL=amqp://worker:\1<pw>\2@mq.internal:5672//\n"),
    ("jdbc", "application.yml", "url: jdbc:postgresql://db.internal/app?user=app&password=\1<pw>\2\n"),
    ("jdbc-oracle", "db.properties", "url=jdbc:oracle:thin:app/\1<pw>\2@db.internal:1521:orcl\n"),
    ("ado", "web.config", '<add name="Db" connectionString="Server=sql01;Database=app;User Id=sa;Password=\1<pw>\2;" />\n'),
    ("ado-json", "appsettings.json", '{"ConnectionStrings": {"Default": "Data Source=sql01;Initial Catalog=app;User ID=app;Password=\1<pw>\2;Encrypt=True"}}\n'),
    ("odbc", "odbc.ini", "[app]\nDriver=PostgreSQL\nServername=db.internal\nUserName=app\nPassword=\1<pw>\2\n"),
    ("libpq-keywords", "worker.py", 'psycopg2.connect("host=db.internal dbname=app user=app password=\1<pw>\2")\n'),
    ("pgpass", ".pgpass", "db.internal:5432:app:svc:\1<pw>\2\n"),
    ("my-cnf", ".my.cnf", "[client]\nuser=root\npassword=\1<pw>\2\nhost=localhost\n"),
    ("mysql-history", ".bash_history", "mysqldump -u root -p\1<pw>\2 shop > shop.sql\nls -la\n"),
    ("create-role", "init.sql", "CREATE ROLE app LOGIN PASSWORD '\1<pw>\2';\nGRANT ALL ON app TO app;\n"),
    ("create-user", "init.sql", "CREATE USER 'app'@'%' IDENTIFIED BY '\1<pw>\2';\nFLUSH PRIVILEGES;\n"),
    ("mssql-login", "setup.sql", "CREATE LOGIN app WITH PASSWORD = '\1<pw>\2';\nGO\n"),
    ("wordpress", "wp-config.php", "<?php\ndefine( 'DB_USER', 'wp' );\ndefine( 'DB_PASSWORD', '\1<pw>\2' );\n"),
    ("laravel-key", ".env", "APP_NAME=Shop\nAPP_KEY=base64:\1<b64=32>\2\n"),
    ("rails-database", "database.yml", "production:\n  adapter: postgresql\n  username: app\n  password: \1<pw>\2\n"),
    ("django", "settings.py", "DATABASES = {'default': {'USER': 'app', 'PASSWORD': '\1<pw>\2', 'HOST': 'db'}}\n"),
    ("django-key", "settings.py", "SECRET_KEY = 'django-insecure-\1<low:50>\2'\n"),
    ("sqlalchemy", "alembic.ini", "sqlalchemy.url = postgresql+psycopg://app:\1<pw>\2@db.internal/app\n"),
    ("clickhouse", "users.xml", "<users><default><password>\1<pw>\2</password></default></users>\n"),
    ("ldap", "sssd.conf", "ldap_default_bind_dn = cn=sssd,dc=corp\nldap_default_authtok = \1<pw>\2\n"),
    ("elastic-url", "logstash.conf", 'hosts => ["https://elastic:\1<pw>\2@es.internal:9200"]\n'),
    ("neon", "neon.env", "PGHOST=ep-x.eu.aws.neon.tech\nPGPASSWORD=\1npg_<b62:12>\2\n"),
    ("nats", "nats.env", "NATS_URL=nats://svc:\1<pw>\2@nats.internal:4222\n"),
    ("ftp-url", "mirror.sh", "lftp -e 'mirror; bye' ftp://backup:\1<pw>\2@ftp.internal/in\n"),
    ("smtp-url", "mailer.env", "MAILER_DSN=smtp://bot:\1<pw>\2@mail.internal:587\n"),
    ("http-proxy", "environment", "http_proxy=http://proxyuser:\1<pw>\2@proxy.internal:3128\n"),
    ("rtsp", "cameras.yml", "door: rtsp://viewer:\1<pw>\2@10.0.9.<dig:1>:554/stream1\n"),
    ("curl-basic", "pull.sh", "curl -fsS -u svc:\1<pw>\2 https://files.internal/a.tar\n"),
    ("wget", "pull.sh", "wget --user=svc --password=\1<pw>\2 https://files.internal/a.tar\n"),
    ("basic-header", "call.http", "GET / HTTP/1.1\nAuthorization: Basic \1@basic@\2\n"),
    ("sshpass", ".bash_history", "sshpass -p \1<pw>\2 ssh root@10.0.0.<dig:1>\nexit\n"),
    ("smbclient", "backup.sh", "smbclient //nas/backup -U svc%\1<pw>\2 -c 'put a.tar'\n"),
    ("net-use", "map.cmd", "net use Z: \\\\nas\\share /user:CORP\\svc \1<pw>\2\r\n"),
    ("chpasswd", "setup.sh", "echo 'admin:\1<pw>\2' | chpasswd\n"),
    ("useradd", "setup.sh", "echo \1<pw>\2 | passwd --stdin admin\n"),
    ("xkcd-url", "feeds.opml", '<outline xmlUrl="https://reader:\1<pw>\2@feeds.internal/rss"/>\n'),
]

CONNECTION_NEAR = [
    ("url-variable", "database.yml", "url: postgres://${DB_USER}:${DB_PASSWORD}@db.internal/app_<abc:3>\n"),
    ("url-template", "values.yaml", 'url: "postgres://{{ .user }}:{{ .password }}@db:5432/app"\n'),
    ("url-docs", "README.md", "DATABASE_URL=postgres://user:password@localhost:5432/app\n"),
    ("url-docs-2", "README.md", "mongodb://<username>:<password>@host:27017/db\n"),
    ("url-docs-3", "help.txt", "  --dsn mysql://user:pass@host/db\n"),
    ("url-docs-4", "proxy.md", "http_proxy=http://username:password@proxy.example.com:8080\n"),
    ("url-no-password", "env", "DATABASE_URL=postgres://app@db.internal/app\nREDIS_URL=redis://cache:6379/<dig:1>\n"),
    ("url-empty", "env", "REDIS_URL=redis://:@cache:6379\nMYSQL_URL=mysql://root:@localhost/test\n"),
    ("url-stars", "app.log", "connecting to postgres://app:***@db.internal:5432/app\n"),
    ("url-xxxxx", "app.log", "dsn=mysql://app:xxxxxx@tcp(db:3306)/app\n"),
    ("host-port", "hosts.yml", "brokers: [kafka1:9092, kafka2:9092]\nurl: http://es:9200/@all\n"),
    ("ado-trusted", "web.config", '<add connectionString="Server=sql01;Database=app;Integrated Security=True" />\n'),
    ("ado-docs", "db.md", "Server=myServer;Database=myDb;User Id=myUsername;Password=myPassword;\n"),
    ("pgpass-docs", "pg.md", "hostname:port:database:username:password\n"),
    ("f-string", "db.py", 'url = f"postgresql://{user}:{password}@{host}/{name}"\n'),
    ("format", "db.go", 'dsn := fmt.Sprintf("%s:%s@tcp(%s)/%s", user, pass, host, db)\n'),
    ("sql-variable", "init.sh", "psql -c \"ALTER ROLE app PASSWORD '$DB_PASSWORD'\"\n"),
    ("identified-by-variable", "init.sql", "CREATE USER app IDENTIFIED BY '${APP_PASSWORD}';\n"),
    ("npm-scope", "package.json", '{"dependencies": {"@scope/name": "npm:@other/name@1.<dig:1>.0"}}\n'),
    ("ssh-target", "sync.sh", "rsync -a ./ deploy@example.com:/srv/www-<abc:3>/\n"),
    ("emails-in-url", "mailto.html", '<a href="mailto:info@example.com?subject=Hi">write</a>\n'),
    ("curl-variable", "pull.sh", 'curl -u "$USER:$PASS" https://files.example.com/<abc:4>\n'),
    ("curl-prompt", "pull.sh", "curl -u svc https://files.internal/<abc:4>\n"),
    ("time-at", "log.txt", "http://a.example:8080/at 10:30:2<dig:1>@home\n"),
    ("image-tag", "compose.yml", "image: registry.internal:5000/app:1.2@sha256:<hex:64>\n"),
    ("mysql-prompt", "backup.sh", "mysqldump -u root -p shop > shop.sql\nmysql -u root --password=\"$PW\"\n"),
    ("basic-variable", "call.http", "Authorization: Basic {{basicAuth}}\nAuthorization: Bearer {{token}}\n"),
]


def samples():
    yield from generic(Draw("generic"))
    yield from not_secrets(Draw("generic near misses"))
    yield from files("generic", (), NEAR)
    draw = Draw("connections")
    for kind, file, form in CONNECTIONS:
        for _ in range(3):
            text = draw.fill(form.replace("\1<pw>\2", mark(plain(draw))))
            yield sample("database", "secret", kind, file, text)
    yield from files("database", (), CONNECTION_NEAR)
