/* dhclient(8), dhcpcd(8), NetworkManager(8), systemd-networkd(8), iwd(8). */
#include "checks/check.h"

static const char *const paths[] = {
    "var/lib/dhcp/*.leases*",
    "var/lib/dhcp/*.lease*",
    "var/lib/dhclient/**",
    "var/lib/dhcpcd/**",
    "var/lib/dhcpcd5/**",
    "var/db/dhcpcd/**",
    "var/lib/NetworkManager/*.lease",
    "var/lib/NetworkManager/timestamps",
    "var/lib/NetworkManager/seen-bssids",
    "var/lib/NetworkManager/NetworkManager.state",
    "var/lib/NetworkManager/NetworkManager-intern.conf",
    "var/lib/systemd/network/**",
    "var/lib/iwd/**",
    "run/systemd/netif/**",
    NULL,
};

const struct check check_dhcp_lease = {
    .id = "hygiene.dhcp-lease",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_LOW,
    .title = "DHCP lease or network state",
    .message = "The image carries a DHCP lease, or what a network manager kept of a network.",
    .help = "It names networks, addresses and name servers of the machine that the image was "
            "made on. Delete the file before the image is packed.",
    .paths = paths,
};
