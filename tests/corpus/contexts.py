"""Where people leave secrets: files with one secret in them, the rest as such files are.

@S@ is the secret; @NAME@, @name@, @kebab@, @camel@ and @Pascal@ are the variable's name in the
file's own style; @N@ is a small number that differs from sample to sample."""

import re

from sample import mark

# Files in which the secret has a name.
NAMED = [
    ("dotenv", ".env", "NODE_ENV=production\nPORT=8080\n@NAME@=@S@\nLOG_LEVEL=info\n"),
    ("dotenv-quoted", ".env.local", 'APP_URL=https://portal.internal\n@NAME@="@S@"\nTZ=UTC\n'),
    ("dotenv-single", "prod.env", "# production\nREGION=eu-west-1\n@NAME@='@S@'\n"),
    ("profile", ".bashrc", "alias ll='ls -la'\nexport EDITOR=vim\nexport @NAME@=@S@\n"),
    ("profile-quoted", ".zshrc", 'autoload -U compinit\nexport @NAME@="@S@"\nbindkey -e\n'),
    ("fish", "config.fish", "set -g fish_greeting\nset -gx @NAME@ @S@\n"),
    ("history", ".bash_history", "cd src/app\ngit pull\nexport @NAME@=@S@\nmake deploy\nexit\n"),
    ("zsh-history", ".zsh_history",
     ": 1719302@N@:0;ls\n: 1719303@N@:0;@NAME@=@S@ ./deploy.sh\n: 1719304@N@:0;exit\n"),
    ("docker-run", ".ash_history", "docker ps\ndocker run -d -e @NAME@=@S@ app:1.@N@\n"),
    ("yaml", "config.yml", "server:\n  port: 80@N@\nauth:\n  @name@: @S@\n  timeout: 30\n"),
    ("yaml-quoted", "values.yaml", 'replicaCount: 2\nconfig:\n  @camel@: "@S@"\n  debug: false\n'),
    ("compose", "docker-compose.yml",
     'services:\n  web:\n    image: app:1.@N@\n    environment:\n      - @NAME@=@S@\n'
     '    ports: ["80:80"]\n'),
    ("compose-map", "compose.yaml",
     "services:\n  worker:\n    image: worker\n    environment:\n      @NAME@: @S@\n      TZ: UTC\n"),
    ("k8s-env", "deployment.yaml",
     "kind: Deployment\nspec:\n  containers:\n  - name: api\n    env:\n    - name: @NAME@\n"
     '      value: "@S@"\n    - name: TZ\n      value: UTC\n'),
    ("k8s-string-data", "secret.yaml",
     "apiVersion: v1\nkind: Secret\nmetadata:\n  name: api\nstringData:\n  @NAME@: @S@\n"),
    ("json", "config.json", '{\n  "name": "svc-@N@",\n  "@camel@": "@S@",\n  "retries": 3\n}\n'),
    ("json-minified", "settings.json", '{"env":"prod","n":@N@,"@name@":"@S@","beta":true}'),
    ("json-upper", "local.settings.json",
     '{\n  "IsEncrypted": false,\n  "Values": {\n    "@NAME@": "@S@",\n    "N": @N@\n  }\n}\n'),
    ("appsettings", "appsettings.json",
     '{\r\n  "Logging": { "LogLevel": "Warning" },\r\n  "Service": {\r\n    "@Pascal@": "@S@"\r\n'
     '  }\r\n}\r\n'),
    ("toml", "config.toml", '[server]\nport = 80@N@\n\n[auth]\n@name@ = "@S@"\n'),
    ("ini", "settings.ini", "[main]\nworkers = 4\n\n[credentials]\n@name@ = @S@\n"),
    ("properties", "application.properties",
     "server.port=80@N@\nservice.@kebab@=@S@\nspring.profiles.active=prod\n"),
    ("nix", "configuration.nix",
     '{ pkgs, ... }: {\n  services.web.port = 80@N@;\n  environment.variables.@NAME@ = "@S@";\n}\n'),
    ("nix-service", "service.nix",
     '{\n  systemd.services.sync = {\n    wantedBy = [ "multi-user.target" ];\n'
     '    environment = { @NAME@ = "@S@"; };\n  };\n}\n'),
    ("systemd", "app.service",
     "[Service]\nExecStart=/usr/bin/app\nEnvironment=@NAME@=@S@\nRestart=on-failure\n"),
    ("systemd-quoted", "override.conf", '[Service]\nEnvironment="@NAME@=@S@" "TZ=UTC"\n'),
    ("dockerfile", "Dockerfile", "FROM debian:12\nENV @NAME@=@S@\nCMD [\"/app\"]\n"),
    ("dockerfile-arg", "Dockerfile.prod", "FROM node:20\nARG @NAME@=@S@\nRUN npm ci\n"),
    ("python", "settings.py", 'import os\n\nDEBUG = False\n@NAME@ = "@S@"\nWORKERS = @N@\n'),
    ("python-call", "client.py", "client = Client(\n    region='eu',\n    @name@='@S@',\n)\n"),
    ("python-dict", "conf.py", "CONFIG = {'retries': @N@, '@name@': '@S@'}\n"),
    ("javascript", "config.js", "module.exports = {\n  port: 30@N@,\n  @camel@: '@S@',\n};\n"),
    ("typescript", "env.ts", 'export const port = 30@N@;\nexport const @camel@: string = "@S@";\n'),
    ("js-minified", "app.min.js",
     '!function(e){var t={n:@N@,@camel@:"@S@",u:"/api"};e.exports=t}(module);'),
    ("go", "main.go", 'package main\n\nconst (\n\tport = 80@N@\n\t@camel@ = "@S@"\n)\n'),
    ("go-short", "run.go", 'func run() error {\n\t@camel@ := "@S@"\n\treturn start(@camel@)\n}\n'),
    ("java", "Config.java",
     'public class Config {\n  private static final String @NAME@ = "@S@";\n}\n'),
    ("csharp", "Startup.cs", 'internal class Startup\n{\n    private readonly string @camel@ = "@S@";\n}\n'),
    ("ruby", "initializer.rb", "Service.configure do |config|\n  config.@name@ = '@S@'\nend\n"),
    ("php", "config.php", "<?php\nreturn [\n    'debug' => false,\n    '@name@' => '@S@',\n];\n"),
    ("php-define", "local.php", "<?php\ndefine('@NAME@', '@S@');\ndefine('N', @N@);\n"),
    ("rust", "main.rs", 'const RETRIES: u32 = @N@;\nconst @NAME@: &str = "@S@";\n'),
    ("terraform", "terraform.tfvars", 'region = "eu-west-1"\n@name@ = "@S@"\ncount = @N@\n'),
    ("terraform-provider", "provider.tf", 'provider "svc" {\n  @name@ = "@S@"\n  region = "eu"\n}\n'),
    ("tfstate", "terraform.tfstate",
     '{"version":4,"serial":@N@,"resources":[{"instances":[{"attributes":{"@name@":"@S@"}}]}]}'),
    ("ansible", "group_vars/all.yml", "ntp_server: ntp.internal\n@name@: '@S@'\nworkers: @N@\n"),
    ("xml", "web.config",
     '<configuration>\n  <appSettings>\n    <add key="@Pascal@" value="@S@" />\n'
     '  </appSettings>\n</configuration>\n'),
    ("xml-element", "settings.xml", "<settings>\n  <port>80@N@</port>\n  <@camel@>@S@</@camel@>\n</settings>\n"),
    ("powershell", "deploy.ps1", '$ErrorActionPreference = "Stop"\r\n$env:@NAME@ = "@S@"\r\n'),
    ("batch", "run.cmd", "@echo off\r\nset @NAME@=@S@\r\ncall build.cmd\r\n"),
    ("makefile", "Makefile", "VERSION := 1.@N@\n@NAME@ := @S@\n\nall:\n\t./build\n"),
    ("gitlab-ci", ".gitlab-ci.yml", "variables:\n  @NAME@: @S@\n\nbuild:\n  script: [make]\n"),
    ("github-workflow", "workflows/ci.yml",
     "jobs:\n  build:\n    env:\n      @NAME@: @S@\n    steps:\n      - run: make\n"),
    ("jenkins", "Jenkinsfile", "pipeline {\n  environment {\n    @NAME@ = '@S@'\n  }\n}\n"),
    ("log", "app.log",
     "2024-06-0@D@T10:11:12Z INFO starting\n2024-06-0@D@T10:11:12Z DEBUG env @NAME@=@S@\n"),
    ("printenv", "env.txt", "HOME=/root\nSHLVL=1\n@NAME@=@S@\nPWD=/srv/app\n_=/usr/bin/env\n"),
    ("notebook", "analysis.ipynb",
     '{"cells":[{"cell_type":"code","source":["import svc\\n","@name@ = \\"@S@\\"\\n"]}]}'),
    ("csv", "vars.csv", "key,value,environment\nREGION,eu-west-1,prod\n@NAME@,@S@,prod\n"),
]

# Files in which a token that tells itself stands without a name.
BARE = [
    ("curl", "fetch.sh", '#!/bin/sh\ncurl -sS -H "Authorization: Bearer @S@" https://api.internal/v@D@\n'),
    ("http-request", "request.http", "GET /v@D@/me HTTP/1.1\nHost: api.internal\nX-Api-Key: @S@\n\n"),
    ("chat-export", "channel.txt", "[10:0@D@] kim: which one do we use for staging?\n[10:0@D@] lee: @S@\n"),
    ("notes", "notes.md", "# Deploy\n\n1. log in with `@S@`\n2. run the script\n"),
    ("todo-comment", "sync.py", "def sync(client):\n    # works with @S@ for now\n    client.run(@N@)\n"),
    ("argument", "start.sh", "#!/bin/sh\nset -e\n./agent --region eu --token @S@ --verbose\n"),
    ("argument-equals", ".bash_history", "ls\n./cli login --token=@S@\nclear\n"),
    ("json-array", "keys.json", '["@S@"]\n'),
    ("plain-file", "token", "@S@\n"),
    ("no-newline", "token.txt", "@S@"),
    ("log-debug", "debug.log", 'level=debug msg="using credentials" token=@S@ attempt=@D@\n'),
    ("query", "access.log", '10.0.0.@D@ - - "GET /hook?access_token=@S@&n=@N@ HTTP/1.1" 200 512\n'),
    ("function-call", "index.ts", 'const client = new Client("@S@", { retries: @D@ });\n'),
    ("sql-dump", "dump.sql", "INSERT INTO settings VALUES (@N@,'integration','@S@','2024-01-0@D@');\n"),
    ("html", "index.html", '<script>window.init({key:"@S@",n:@N@});</script>\n'),
]


def styles(name):
    words = name.lower().split("_")
    return {
        "NAME": name,
        "name": "_".join(words),
        "kebab": "-".join(words),
        "camel": words[0] + "".join(word.title() for word in words[1:]),
        "Pascal": "".join(word.title() for word in words),
    }


def render(template, draw, name, value):
    """The template with a variable of this name and value filled in."""
    fields = {**styles(name), "S": value, "N": draw.of("123456789", 2), "D": draw.of("123456789", 1)}
    return re.sub(r"@(NAME|name|kebab|camel|Pascal|S|N|D)@", lambda m: fields[m.group(1)], template)


class Turn:
    """Goes round a list, so that each context is used as often as any other."""

    def __init__(self, draw, entries):
        self.entries = list(entries)
        draw.shuffle(self.entries)
        self.next = 0

    def take(self):
        entry = self.entries[self.next % len(self.entries)]
        self.next += 1
        return entry


def secret_in(draw, context, name, secret):
    """Returns the file's name and its text with the secret marked."""
    _, file, template = context
    return file, render(template, draw, name, mark(secret))


def value_in(draw, context, name, value):
    """The same with a value that is no secret."""
    _, file, template = context
    return file, render(template, draw, name, value)
