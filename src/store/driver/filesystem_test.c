/* filesystem_test.c - network file systems are told from others. */
#include "store/fixture_test.h"

#include "store/driver/filesystem.h"

static int clean(void **state)
{
    gn_filesystem_pretend(0);
    return fixture_down(state);
}

static void where_the_tests_are_is_known(void **state)
{
    char path[200];
    const struct gn_filesystem folder = gn_filesystem_of(fixture.folder);
    struct gn_filesystem fs;

    (void)state;
    assert_true(folder.type != 0);
    snprintf(path, sizeof path, "%s/none", fixture.folder);
    fs = gn_filesystem_of(path); /* is not there: its folder counts */
    assert_int_equal(fs.type, folder.type);
    fs = gn_filesystem_of("none");
    assert_true(fs.type != 0);
    fs = gn_filesystem_of("/none");
    assert_true(fs.type != 0);
    fs = gn_filesystem_of("/none/none");
    assert_int_equal(fs.type, 0);
    assert_string_equal(fs.name, "");
    assert_false(fs.network);
    if (access("/dev/shm", F_OK) == 0)
        assert_string_equal(gn_filesystem_of("/dev/shm").name, "tmpfs");
}

static void network_file_systems_are_refused(void **state)
{
    static const long network[] = {0x6969,     0x517b,     0xff534d42,
                                   0xfe534d42, 0x01021997, 0x65735546,
                                   0x00c36400, 0x0bd00bd0};
    struct garner_error err;

    (void)state;
    for (size_t i = 0; i < sizeof network / sizeof network[0]; i++) {
        gn_filesystem_pretend(network[i]);
        assert_true(gn_filesystem_of("/x").network);
        assert_int_equal(gn_filesystem_check("/x.db", &err),
                         GARNER_UNSUPPORTED);
    }
    gn_filesystem_pretend(0x6969);
    assert_int_equal(gn_filesystem_check("/x.db", &err), GARNER_UNSUPPORTED);
    assert_non_null(strstr(err.message, "/x.db: is on a network file system "
                                        "(NFS)"));
    assert_non_null(strstr(err.message, "--network-fs)"));
}

static void others_are_not(void **state)
{
    static const long local[] = {0xef53, 0x01021994, 0x794c7630, 0x12345};

    (void)state;
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++) {
        gn_filesystem_pretend(local[i]);
        assert_int_equal(gn_filesystem_check("/x.db", NULL), GARNER_OK);
    }
    assert_string_equal(gn_filesystem_of("/x").name, "");
    assert_int_equal(gn_filesystem_of("/x").type, 0x12345);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, fixture_up, clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(where_the_tests_are_is_known),
        WITH(network_file_systems_are_refused),
        WITH(others_are_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
