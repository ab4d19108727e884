/* build-host: whose machine this is. */
#include <errno.h>
#include <ifaddrs.h>
#include <netpacket/packet.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <assay/fs.h>

#include "harvest/gather.h"

#define UID_FIRST 1000 /* of people's accounts, up to where systemd and Nix put theirs */
#define UID_LAST 29999
#define ACCOUNTS_MAX 10000

/* The part of the comment that is the full name, passwd(5). */
static int add_full_name(struct gather *gather, const struct passwd *account)
{
    char name[256];

    snprintf(name, sizeof(name), "%.*s", (int)strcspn(account->pw_gecos, ","), account->pw_gecos);
    /* Of an account that has no full name, what stands here is its name or its purpose. */
    return strchr(name, ' ') ? gather_add_name(gather, name) : 0;
}

static int add_account(struct gather *gather, const struct passwd *account)
{
    const char *slash = strrchr(account->pw_dir, '/');
    int r = 0;

    if (account->pw_uid != 0 && (account->pw_uid < UID_FIRST || account->pw_uid > UID_LAST))
        return 0;
    if (account->pw_uid != 0 && strncmp(account->pw_name, "nixbld", 6) != 0) {
        r = gather_add(gather, "username", account->pw_name);
        if (r == 0 && slash && strncmp(account->pw_dir, "/home/", 6) == 0)
            r = gather_add(gather, "username", slash + 1);
    }
    return r < 0 || strncmp(account->pw_name, "nixbld", 6) == 0 ? r
                                                                : add_full_name(gather, account);
}

static int add_accounts(struct gather *gather)
{
    const struct passwd *account;
    int r = 0;

    setpwent();
    for (int i = 0; r == 0 && i < ACCOUNTS_MAX && (account = getpwent()); i++)
        r = add_account(gather, account);
    endpwent();
    return r;
}

static int add_names(struct gather *gather)
{
    char host[256] = "", domain[256] = "";
    const char *dot;
    int r;

    if (gethostname(host, sizeof(host) - 1) < 0)
        host[0] = '\0';
    r = gather_add(gather, "hostname", host);
    dot = strchr(host, '.');
    if (r == 0 && dot && strchr(dot + 1, '.'))
        r = gather_add(gather, "domain", dot + 1);
    if (r == 0 && getdomainname(domain, sizeof(domain) - 1) == 0 && strchr(domain, '.'))
        r = gather_add(gather, "domain", domain);
    return r;
}

static int add_machine_id(struct gather *gather)
{
    _cleanup_buf_ struct assay_buf text = ASSAY_BUF(4096);
    char id[33];

    if (assay_fs_read_file("/etc/machine-id", &text, NULL) < 0)
        return 0;
    snprintf(id, sizeof(id), "%s", assay_buf_str(&text));
    return strspn(id, "0123456789abcdef") == 32 ? gather_add(gather, "machine-id", id) : 0;
}

/* Docker gives every container such an address, QEMU every machine that asks for none. */
static bool is_everywhere(const uint8_t address[6])
{
    static const uint8_t docker[2] = {0x02, 0x42};
    static const uint8_t qemu[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
    static const uint8_t zero[6] = {0};

    return memcmp(address, docker, 2) == 0 || memcmp(address, qemu, 6) == 0 ||
           memcmp(address, zero, 6) == 0 || (address[0] & 1);
}

static int add_cards(struct gather *gather)
{
    struct ifaddrs *all = NULL;
    int r = 0;

    if (getifaddrs(&all) < 0) {
        snprintf(gather->problem, sizeof(gather->problem), "the network cards cannot be listed: %s",
                 strerror(errno));
        return 0;
    }
    for (const struct ifaddrs *one = all; r == 0 && one; one = one->ifa_next) {
        struct sockaddr_ll link;
        char text[32];
        const uint8_t *a = link.sll_addr;

        if (!one->ifa_addr || one->ifa_addr->sa_family != AF_PACKET)
            continue;
        memcpy(&link, one->ifa_addr, sizeof(link));
        if (link.sll_halen != 6 || is_everywhere(a))
            continue;
        snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4],
                 a[5]);
        r = gather_add(gather, "mac-address", text);
    }
    freeifaddrs(all);
    return r;
}

int harvest_host(struct gather *gather, const char *flake)
{
    int r = add_accounts(gather);

    (void)flake; /* of no matter here */
    if (r == 0)
        r = add_names(gather);
    if (r == 0)
        r = add_machine_id(gather);
    return r < 0 ? r : add_cards(gather);
}
