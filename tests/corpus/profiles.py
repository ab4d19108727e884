"""Files that hold a secret by their structure: of tools, desktops, networks, Windows and Nix."""

import base64
import json

import keymaker
from passwords import human, plain
from platforms import bech32_age, session_jwt
from sample import Draw, mark, sample
from vendors import files

TOOLS = [
    ("netrc", ".netrc", "machine git.internal\n  login ci\n  password \1<b62:20>\2\n"),
    ("netrc-line", "netrc", "machine api.internal login svc password \1<b62:16>\2\n"),
    ("netrc-default", "_netrc", "default login ops password \1<b62:14>\2\n"),
    ("kube-token", ".kube/config", "apiVersion: v1\nkind: Config\nusers:\n- name: ci\n  user:\n    token: \1<b62:48>\2\n"),
    ("kube-password", "kubeconfig", "users:\n- name: admin\n  user:\n    username: admin\n    password: \1<hex:32>\2\n"),
    ("kubeadm", "kubeadm.yaml", "kind: InitConfiguration\nbootstrapTokens:\n- token: \1<low:6>.<low:16>\2\n"),
    ("kubeadm-join", ".bash_history", "kubeadm join 10.0.0.1:6443 --token \1<low:6>.<low:16>\2 --discovery-token-ca-cert-hash sha256:<hex:64>\n"),
    ("argocd", "argocd/config", "users:\n- auth-token: \1<url:180>\2\n  name: argo.internal\n"),
    ("terraform-rc", ".terraformrc", 'credentials "app.terraform.io" {\n  token = "\1<b62:14>.atlasv1.<url:67>\2"\n}\n'),
    ("terraform-credentials", "credentials.tfrc.json", '{"credentials": {"app.terraform.io": {"token": "\1<b62:14>.atlasv1.<url:67>\2"}}}\n'),
    ("vault-token-file", ".vault-token", "\1hvs.CAESI<url:90>\2"),
    ("gh-hosts", "gh/hosts.yml", "github.com:\n    user: build\n    oauth_token: \1gho_@gh@\2\n    git_protocol: ssh\n"),
    ("ansible-inventory", "inventory.ini", "[web]\nweb1 ansible_host=10.0.0.<dig:1> ansible_user=ops ansible_ssh_pass=\1<b62:14>\2\n"),
    ("ansible-become", "host_vars/web.yml", "ansible_user: ops\nansible_become_pass: \1<b62:16>\2\n"),
    ("vagrant-rsync", "rsyncd.secrets", "backup:\1<b62:20>\2\n"),
    ("cifs-credentials", "smbcredentials", "username=svc\npassword=\1<b62:16>\2\ndomain=CORP\n"),
    ("fstab-cifs", "fstab", "//nas/share /mnt cifs username=svc,password=\1<b62:16>\2,uid=1000 0 0\n"),
    ("postfix-sasl", "sasl_passwd", "[smtp.internal]:587 bot:\1<b62:18>\2\n"),
    ("msmtp", ".msmtprc", "account work\nhost mail.internal\nuser bot\npassword \1<b62:16>\2\n"),
    ("mutt", ".muttrc", 'set imap_user = "ops"\nset imap_pass = "\1<b62:16>\2"\n'),
    ("fetchmail", ".fetchmailrc", 'poll mail.internal protocol imap username "ops" password "\1<b62:16>\2"\n'),
    ("mbsync", ".mbsyncrc", "IMAPAccount work\nHost mail.internal\nUser ops\nPass \1<b62:16>\2\n"),
    ("ddclient", "ddclient.conf", "protocol=dyndns2\nlogin=home\npassword='\1<b62:16>\2'\nmyhost.test\n"),
    ("davfs", "davfs2/secrets", "https://cloud.internal/remote.php/dav ops \1<b62:20>\2\n"),
    ("rclone-plain", "rclone.conf", "[dav]\ntype = webdav\nuser = ops\npass = \1<url:43>\2\n"),
    ("restic", "restic.env", "RESTIC_REPOSITORY=/backup\nRESTIC_PASSWORD=\1<b62:24>\2\n"),
    ("lastpass-csv", "export.csv", "url,username,password,extra,name\nhttps://bank.test,kim,\1<b62:16>\2,,Bank\n"),
    ("chrome-csv", "Passwords.csv", "name,url,username,password\nbank.test,https://bank.test/login,kim,\1<b62:16>\2\n"),
    ("bitwarden-json", "bitwarden_export.json", '{"encrypted": false, "items": [{"login": {"username": "kim", "password": "\1<b62:16>\2", "totp": null}}]}\n'),
    ("totp-uri", "otp.txt", "otpauth://totp/Corp:kim?secret=\1<b32:32>\2&issuer=Corp\n"),
    ("google-authenticator", ".google_authenticator", "\1<b32:26>\2\n\" RATE_LIMIT 3 30\n\" WINDOW_SIZE 17\n\" TOTP_AUTH\n<dig:8>\n"),
    ("firefox-logins", "logins.json", '{"nextId":2,"logins":[{"hostname":"https://bank.test","encryptedUsername":"MDoEEPgAAAA<b64:40>","encryptedPassword":"\1MDoEEPgAAAA<b64:48>\2"}]}\n'),
    ("cookies-txt", "cookies.txt", "# Netscape HTTP Cookie File\n.corp.test\tTRUE\t/\tTRUE\t1893456000\tsessionid\t\1<low:32>\2\n"),
    ("filezilla", "recentservers.xml", '<Server><Host>ftp.internal</Host><User>ops</User><Pass encoding="base64">\1<b64=15>\2</Pass></Server>\n'),
    ("pidgin", ".purple/accounts.xml", "<account><protocol>prpl-jabber</protocol><name>ops</name><password>\1<b62:14>\2</password></account>\n"),
    ("tomcat", "tomcat-users.xml", '<user username="admin" password="\1<b62:16>\2" roles="manager-gui"/>\n'),
    ("jboss", "standalone.xml", "<security><user-name>sa</user-name><password>\1<b62:16>\2</password></security>\n"),
    ("weblogic", "server.xml", '<Connector keystoreFile="k.jks" keystorePass="\1<b62:14>\2" />\n'),
    ("sudo-history", ".bash_history", "echo \1<b62:14>\2 | sudo -S apt update\n"),
    ("nmcli-history", ".bash_history", "nmcli dev wifi connect Office password \1<b62:16>\2\n"),
    ("borg", "borgmatic/config.yaml", 'repositories: [ssh://b@nas/r]\nencryption_passphrase: "\1<b62:24>\2"\n'),
    ("ipmi", "ipmi.sh", "ipmitool -I lanplus -H 10.0.0.<dig:1> -U admin -P \1<b62:14>\2 power status\n"),
    ("esphome", "secrets.yaml", 'wifi_ssid: "Lab"\nwifi_password: "\1<b62:16>\2"\n'),
    ("mosquitto-pub", "pub.sh", "mosquitto_pub -h mq -u sensor -P \1<b62:16>\2 -t x -m 1\n"),
    ("subversion", ".subversion/auth/svn.simple/1", "K 8\npassword\nV 16\n\1<b62:16>\2\nK 8\nusername\nV 3\nops\nEND\n"),
]

NETWORK = [
    ("wireguard", "wg0.conf", "[Interface]\nAddress = 10.8.0.2/24\nPrivateKey = \1<b64=32>\2\n\n[Peer]\nPublicKey = <b64=32>\n"),
    ("wireguard-psk", "wg1.conf", "[Peer]\nPublicKey = <b64=32>\nPresharedKey = \1<b64=32>\2\nEndpoint = vpn.internal:51820\n"),
    ("wireguard-netdev", "wg.netdev", "[NetDev]\nName=wg0\nKind=wireguard\n\n[WireGuard]\nPrivateKey=\1<b64=32>\2\n"),
    ("wireguard-nix", "vpn.nix", 'networking.wireguard.interfaces.wg0.privateKey = "\1<b64=32>\2";\n'),
    ("wpa-supplicant", "wpa_supplicant.conf", 'network={\n\tssid="Office"\n\tpsk="\1<b62:16>\2"\n}\n'),
    ("wpa-psk-hex", "wpa_supplicant.conf", 'network={\n\tssid="Office"\n\tpsk=\1<hex:64>\2\n}\n'),
    ("wpa-eap", "wpa_supplicant-wlan0.conf", 'network={\n ssid="Corp"\n key_mgmt=WPA-EAP\n identity="svc"\n password="\1<b62:16>\2"\n}\n'),
    ("nm-wifi", "Office.nmconnection", "[connection]\ntype=wifi\n\n[wifi-security]\nkey-mgmt=wpa-psk\npsk=\1<b62:16>\2\n"),
    ("nm-eap", "Corp.nmconnection", "[802-1x]\neap=peap;\nidentity=svc\npassword=\1<b62:16>\2\n"),
    ("nm-vpn", "vpn.nmconnection", "[vpn]\nservice-type=org.freedesktop.NetworkManager.openvpn\n\n[vpn-secrets]\npassword=\1<b62:16>\2\n"),
    ("iwd", "Office.psk", "[Security]\nPassphrase=\1<b62:16>\2\n"),
    ("hostapd", "hostapd.conf", "interface=wlan0\nssid=Lab\nwpa=2\nwpa_passphrase=\1<b62:16>\2\n"),
    ("netplan", "50-wifi.yaml", 'network:\n  wifis:\n    wlan0:\n      access-points:\n        "Office":\n          password: "\1<b62:16>\2"\n'),
    ("ipsec-secrets", "ipsec.secrets", '%any gw.internal : PSK "\1<b62:24>\2"\n'),
    ("swanctl", "swanctl.conf", 'secrets {\n  ike-1 {\n    secret = "\1<b62:24>\2"\n  }\n}\n'),
    ("chap-secrets", "chap-secrets", "# client server secret IP\nsvc * \1<b62:14>\2 *\n"),
    ("ovpn-auth", "auth.txt", "svc-vpn\n\1<b62:16>\2\n"),
    ("openconnect", "vpn.sh", "echo '\1<b62:16>\2' | openconnect --user=svc --passwd-on-stdin vpn.internal\n"),
    ("cisco-enable", "router.cfg", "hostname r1\nenable password \1<b62:12>\2\nline vty 0 4\n"),
    ("cisco-snmp", "switch.cfg", "snmp-server community \1<b62:14>\2 RO\n"),
    ("radius", "clients.conf", "client ap1 {\n  ipaddr = 10.0.0.<dig:1>\n  secret = \1<b62:20>\2\n}\n"),
    ("nix-wireless", "wifi.nix", 'networking.wireless.networks."Office".psk = "\1<b62:16>\2";\n'),
    ("wlan-xml", "Wi-Fi-Office.xml", "<MSM><security><sharedKey><keyType>passPhrase</keyType><protected>false</protected><keyMaterial>\1<b62:16>\2</keyMaterial></sharedKey></security></MSM>\n"),
]

WINDOWS = [
    ("unattend", "unattend.xml", "<AutoLogon><Username>admin</Username><Password><Value>\1<b62:16>\2</Value><PlainText>true</PlainText></Password></AutoLogon>\n"),
    ("gpp", "Groups.xml", '<Properties action="U" cpassword="\1<b64:43>\2" userName="admin"/>\n'),
    ("reg-autologon", "autologon.reg", 'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon]\r\n"DefaultUserName"="kiosk"\r\n"DefaultPassword"="\1<b62:14>\2"\r\n'),
    ("powershell-secure", "join.ps1", '$pw = ConvertTo-SecureString "\1<b62:16>\2" -AsPlainText -Force\r\n'),
    ("powershell-history", "ConsoleHost_history.txt", "cd C:\\src\r\n$env:API_TOKEN = '\1<b62:32>\2'\r\nls\r\n"),
    ("cmdkey", "setup.cmd", "cmdkey /add:nas /user:CORP\\svc /pass:\1<b62:14>\2\r\n"),
    ("machine-key", "web.config", '<machineKey validationKey="\1<HEX:128>\2" validation="SHA1" />\n'),
    ("rdcman", "lab.rdg", "<logonCredentials><userName>admin</userName><password>\1<b64=40>\2</password></logonCredentials>\n"),
    ("sysprep", "sysprep.inf", "[GuiUnattended]\r\nAdminPassword=\1<b62:14>\2\r\nTimeZone=110\r\n"),
    ("winscp", "WinSCP.ini", "[Sessions\\nas]\r\nHostName=nas\r\nUserName=ops\r\nPassword=\1A35C<HEX:60>\2\r\n"),
]

NIX = [
    ("cache-secret-key", "cache.key", "\1cache.corp.test-1:@pair@\2\n"),
    ("cache-secret-key-nix", "cache.nix", 'nix.settings.secret-key = "\1corp-1:@pair@\2";\n'),
    ("access-tokens", "nix.conf", "experimental-features = nix-command flakes\naccess-tokens = github.com=\1ghp_@gh@\2\n"),
    ("access-tokens-gitlab", "nix.conf", "extra-access-tokens = gitlab.internal=PAT:\1glpat-<url:20>\2\n"),
    ("initial-password", "users.nix", 'users.users.admin = {\n  isNormalUser = true;\n  initialPassword = "\1<b62:10>\2";\n};\n'),
    ("password-option", "users.nix", 'users.users.kiosk.password = "\1<b62:12>\2";\n'),
    ("cachix", "cachix.dhall", '{ authToken = "\1@jwt@\2"\n, hostname = "https://cachix.org"\n}\n'),
    ("attic", "attic/config.toml", '[servers.corp]\nendpoint = "https://attic.internal"\ntoken = "\1@jwt@\2"\n'),
    ("netrc-nix", "nix/netrc", "machine cache.internal login nix password \1<b62:32>\2\n"),
    ("nextcloud-nix", "cloud.nix", 'services.nextcloud.config.adminpass = "\1<b62:16>\2";\n'),
    ("smtp-nix", "mail.nix", 'services.app.smtp = { user = "bot"; password = "\1<b62:16>\2"; };\n'),
    ("env-unit", "etc/systemd/app.service", '[Service]\nEnvironment="DB_PASSWORD=\1<b62:16>\2"\nExecStart=/nix/store/<low:32>-app/bin/app\n'),
    ("users-groups", "users-groups.json", '{"groups":[],"mutableUsers":false,"users":[{"name":"admin","initialPassword":"\1<b62:12>\2","uid":1000}]}'),
    ("agenix-identity", "key.txt", "# created: 2024-06-03T10:00:00Z\n# public key: age1<low:58>\n\1@age@\2\n"),
]

NEAR = [
    ("netrc-template", ".netrc", "machine git.example.com login <user> password <token>\n"),
    ("docker-empty", "config.json", '{"auths": {"registry.internal": {}}, "credsStore": "secretservice"}\n'),
    ("docker-helper", ".docker/config.json", '{"credHelpers": {"<dig:12>.dkr.ecr.eu-west-1.amazonaws.com": "ecr-login"}}\n'),
    ("kube-exec", ".kube/config", "users:\n- name: eks\n  user:\n    exec:\n      command: aws\n      args: [eks, get-token, --cluster-name, c<dig:2>]\n"),
    ("wg-generate", "wg.sh", "wg genkey | tee /etc/wireguard/private.key | wg pubkey > public.key\n"),
    ("wg-template", "wg0.conf", "[Interface]\nPrivateKey = <private key>\nAddress = 10.0.0.1/24\n"),
    ("wg-file", "vpn.nix", 'networking.wireguard.interfaces.wg<dig:1>.privateKeyFile = "/run/keys/wg";\n'),
    ("wpa-open", "wpa_supplicant.conf", 'network={\n\tssid="Guest-<abc:3>"\n\tkey_mgmt=NONE\n}\n'),
    ("wpa-template", "wpa.conf", 'network={\n\tssid="@SSID@"\n\tpsk="@PSK@"\n}\n'),
    ("nm-agent", "Office.nmconnection", "[wifi-security]\nkey-mgmt=wpa-psk\npsk-flags=1\n"),
    ("kdbx-config", "keepassxc.ini", "[Security]\nClearClipboardTimeout=10\nLockDatabaseIdle=true\n"),
    ("unattend-hidden", "unattend.xml", "<Password>*SENSITIVE*DATA*DELETED*</Password>\n"),
    ("nix-public-keys", "nix.conf", "trusted-public-keys = cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY= corp-1:<b64=32>\n"),
    ("nix-file-options", "host.nix", 'services.app.passwordFile = config.age.secrets.app-<abc:3>.path;\nnix.settings.secret-key-files = [ "/run/keys/cache" ];\n'),
    ("nix-environment-file", "host.nix", 'systemd.services.app.serviceConfig.EnvironmentFile = "/run/keys/app-<abc:3>";\n'),
    ("nix-drv", "app.drv", 'Derive([("out","/nix/store/<low:32>-app","","")],[],[],"x86_64-linux","/bin/sh",[],[("name","app")])\n'),
    ("nix-flake-lock", "flake.lock", '{"nodes": {"nixpkgs": {"locked": {"narHash": "sha256-<b64=32>", "rev": "<hex:40>"}}}}\n'),
    ("nix-hashed-locked", "users.nix", 'users.users.root.hashedPassword = "!";\nusers.users.svc<dig:1>.hashedPassword = "*";\n'),
    ("nix-null", "users.nix", "users.users.root.initialHashedPassword = lib.mkForce null;\nusers.users.nixos.password = null;\n"),
    ("users-groups-null", "users-groups.json", '{"users":[{"name":"admin","hashedPassword":null,"hashedPasswordFile":null,"initialPassword":null,"password":null,"uid":100<dig:1>}]}'),
    ("ipsec-include", "ipsec.secrets", "include /etc/ipsec.d/*.secrets\n: RSA gw.key\n"),
    ("ovpn-auth-file", "client.ovpn", "client\nremote vpn.internal 1194\nauth-user-pass /etc/openvpn/auth\ncipher AES-256-GCM\n"),
    ("firefox-prefs", "prefs.js", 'user_pref("app.normandy.user_id", "<uuid>");\nuser_pref("toolkit.telemetry.cachedClientID", "<uuid>");\n'),
    ("otpauth-docs", "totp.md", "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}\n"),
    ("cookies-plain", "cookies.txt", "# Netscape HTTP Cookie File\n.corp.test\tTRUE\t/\tFALSE\t1893456000\tlang\tde\n"),
    ("pass-gpg", "show.sh", "pass show corp/db | head -n 1\ngopass insert corp/<abc:5>\n"),
    ("history-clean", ".bash_history", "cd src\ngit commit -m 'Rotate the password of the database'\nmake -j<dig:1>\nexit\n"),
    ("ansible-lookup", "group_vars/all.yml", "db_password: \"{{ lookup('community.hashi_vault.hashi_vault', 'secret/db-<abc:3>') }}\"\n"),
    ("compose-secret", "compose.yml", "secrets:\n  db_password:\n    file: ./db_password.txt\nservices:\n  db:\n    environment:\n      POSTGRES_PASSWORD_FILE: /run/secrets/db_password\n"),
    ("k8s-basic-template", "secret.yaml", "kind: Secret\nstringData:\n  password: {{ .Values.db.password | quote }}\n"),
    ("cisco-docs", "router.md", "enable secret <password>\nsnmp-server community <string> RO\n"),
    ("powershell-read", "join.ps1", "$pw = Read-Host -AsSecureString 'Password'\r\n$cred = Get-Credential\r\n"),
]


def docker(draw):
    for name in (".docker/config.json", "containers/auth.json", ".dockercfg"):
        for _ in range(2):
            auth = base64.b64encode(f"ci:{plain(draw)}".encode()).decode()
            text = '{"auths": {"registry.internal": {"auth": "@S@"}}}'
            if name == ".dockercfg":
                text = '{"https://registry.internal": {"auth": "@S@", "email": "none"}}'
            yield "docker-auth", name, text.replace("@S@", mark(auth))
    for _ in range(3):
        auth = base64.b64encode(json.dumps({"auths": {"r.internal": {
            "username": "ci", "password": plain(draw),
            "auth": draw.base64(30)}}}).encode()).decode()
        yield ("dockerconfigjson", "pull-secret.yaml",
               "kind: Secret\ntype: kubernetes.io/dockerconfigjson\ndata:\n  .dockerconfigjson: "
               + mark(auth) + "\n")


def kubernetes(draw):
    for key in ("password", "db-password", "api-token", "token", "secret-key"):
        data = base64.b64encode(human(draw).encode()).decode()
        yield ("k8s-secret", "secret.yaml",
               f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\ntype: Opaque\ndata:\n  {key}: "
               + mark(data) + "\n")


def special(draw, form):
    """The forms that a table cannot say: tokens with a checksum, a JWT, a pair of keys."""
    makers = {
        "@gh@": lambda: draw.crc62("", 30),
        "@jwt@": lambda: session_jwt(draw),
        "@age@": lambda: bech32_age(draw),
        "@pair@": lambda: base64.b64encode(keymaker.ed25519_pair(draw)).decode(),
    }
    for word, make in makers.items():
        if word in form:
            form = form.replace(word, make())
    return form


def windows_text(draw):
    """What Windows' own programs write is often UTF-16."""
    for kind, file, form in WINDOWS:
        yield sample("windows", "secret", f"{kind} in UTF-16", file, draw.fill(form), "utf-16-le")
        for _ in range(2):
            yield sample("windows", "secret", kind, file, draw.fill(form))


def samples():
    draw = Draw("profiles")
    for name, rows in (("files", TOOLS), ("network", NETWORK), ("nix", NIX)):
        for kind, file, form in rows:
            for _ in range(3):
                yield sample(name, "secret", kind, file, draw.fill(special(draw, form)))
    for kind, file, text in (*docker(draw), *kubernetes(draw)):
        yield sample("files", "secret", kind, file, text)
    yield from windows_text(draw)
    near = {"nix": [], "network": [], "windows": [], "files": []}
    for row in NEAR:
        word = row[0].split("-")[0]
        near[{"nix": "nix", "users": "nix", "wg": "network", "wpa": "network", "nm": "network",
              "ipsec": "network", "ovpn": "network", "cisco": "network", "unattend": "windows",
              "powershell": "windows"}.get(word, "files")].append(row)
    for name, rows in near.items():
        yield from files(name, (), rows)
