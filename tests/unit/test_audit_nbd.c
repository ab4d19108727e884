/* qemu-nbd as it is started for the auditor: it reads the one disk and nothing beside it. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <libnbd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <assay/cleanup.h>
#include <assay/fs.h>

#include "audit/nbd.h"

#define WORKER ASSAY_BIN_DIR "/assay-audit"
#define BYTES 4096

static char folder[] = "/tmp/assay-test-XXXXXX";

/* A raw disk whose every byte is 'S', and a disk image made from it by `command`. */
static void make(const char *command)
{
    char text[512];

    snprintf(text, sizeof(text),
             "cd %s && rm -f disk* && head -c 1M /dev/zero | tr '\\0' S >secret.raw && %s", folder,
             command);
    ck_assert_int_eq(system(text), 0);
}

/* What the disk's first bytes are through qemu-nbd: 'S', 0, or -1 when it would not open it. */
static int first_byte(const char *format)
{
    char path[256];
    uint8_t bytes[BYTES];
    _cleanup_close_ int fd = -1;
    int socket = -1, found = -1;
    _cleanup_process_ struct assay_process process = ASSAY_PROCESS_NONE;
    struct assay_audit_job job = {.worker = WORKER, .spool_dir = folder};
    struct assay_error err = {0};
    struct nbd_handle *nbd = nbd_create();

    snprintf(path, sizeof(path), "%s/disk", folder);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_msg(nbd_start(&job, fd, format, 60, &process, &socket, &err) == 0, "%s", err.text);
    if (nbd_connect_socket(nbd, socket) == 0 && nbd_pread(nbd, bytes, sizeof(bytes), 0, 0) == 0)
        found = bytes[0];
    nbd_close(nbd);
    return found;
}

START_TEST(every_format_is_read)
{
    static const char *const formats[][2] = {
        {"qcow2", "qcow2"}, {"vmdk", "vmdk"}, {"vhd", "vpc"}, {"vhdx", "vhdx"}, {"vdi", "vdi"}};

    for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
        char command[128];

        snprintf(command, sizeof(command), "qemu-img convert -f raw -O %s secret.raw disk",
                 formats[i][1]);
        make(command);
        ck_assert_msg(first_byte(formats[i][0]) == 'S', "%s", formats[i][0]);
    }
}
END_TEST

START_TEST(a_backing_file_is_not_opened)
{
    make("qemu-img create -q -f qcow2 -b secret.raw -F raw disk && "
         "qemu-io -r -f qcow2 -c 'read -q -P 0x53 0 4k' disk");
    ck_assert_int_eq(first_byte("qcow2"), 0);
}
END_TEST

/* These name another file in ways that no option turns off. */
START_TEST(no_other_file_can_be_opened)
{
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 1)
        return; /* then the walk's own look at the header is what refuses them */
    make("qemu-img create -q -f qcow2 -o data_file=$PWD/secret.raw,data_file_raw=on disk 1M && "
         "head -c 1M /dev/zero | tr '\\0' S >secret.raw && "
         "qemu-io -r -f qcow2 -c 'read -q -P 0x53 0 4k' disk");
    ck_assert_int_eq(first_byte("qcow2"), -1);
    make("printf '# Disk DescriptorFile\\nversion=1\\nCID=fffffffe\\nparentCID=ffffffff\\n"
         "createType=\"monolithicFlat\"\\nRW 2048 FLAT \"'$PWD'/secret.raw\" 0\\n' >disk && "
         "qemu-io -r -f vmdk -c 'read -q -P 0x53 0 4k' disk");
    ck_assert_int_eq(first_byte("vmdk"), -1);
}
END_TEST

START_TEST(what_is_no_disk_is_refused)
{
    struct assay_audit_job job = {.worker = WORKER, .spool_dir = folder};
    struct assay_process process;
    struct assay_error err = {0};
    _cleanup_close_ int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    _cleanup_close_ int device = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int socket;

    ck_assert_int_eq(nbd_start(&job, fd, "nbd", 60, &process, &socket, &err), -EINVAL);
    ck_assert_int_eq(
        nbd_start(&job, fd, "qcow2,file.filename=/etc/shadow", 60, &process, &socket, &err),
        -EINVAL);
    ck_assert_int_eq(nbd_start(&job, device, "qcow2", 60, &process, &socket, &err), -EINVAL);
    ck_assert_int_eq(nbd_start(&job, -1, "qcow2", 60, &process, &socket, &err), -EINVAL);
    job.qemu_nbd = "/nowhere/qemu-nbd";
    ck_assert_int_eq(nbd_start(&job, fd, "qcow2", 60, &process, &socket, &err), -ENOENT);
    ck_assert_ptr_nonnull(strstr(err.text, "qemu-utils"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("audit_nbd");
    TCase *tests = tcase_create("audit_nbd");
    SRunner *runner;
    int failed;

    if (!mkdtemp(folder))
        return 1;
    tcase_add_test(tests, every_format_is_read);
    tcase_add_test(tests, a_backing_file_is_not_opened);
    tcase_add_test(tests, no_other_file_can_be_opened);
    tcase_add_test(tests, what_is_no_disk_is_refused);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    assay_fs_remove_tree(folder, NULL);
    return failed != 0;
}
