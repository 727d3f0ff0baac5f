/* endpoint_test.c - paths of any length can be listened at, and be reached. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control/endpoint.h"

static void reach(const char *path)
{
    struct gn_endpoint here;
    struct gn_endpoint there;
    const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    const int client = socket(AF_UNIX, SOCK_STREAM, 0);

    assert_int_equal(gn_endpoint_init(&here, path, NULL), GARNER_OK);
    assert_int_equal(gn_endpoint_init(&there, path, NULL), GARNER_OK);
    assert_int_equal(bind(listener, (const struct sockaddr *)&here.address,
                          sizeof here.address),
                     0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(connect(client, (const struct sockaddr *)&there.address,
                             sizeof there.address),
                     0);
    assert_int_equal(unlink(there.address.sun_path), 0);
    gn_endpoint_fini(&here);
    gn_endpoint_fini(&there);
    (void)close(listener);
    (void)close(client);
}

static void each_length_is_reached(void **state)
{
    char folder[] = "/tmp/gn-endpoint-XXXXXX";
    char deep[160];
    char path[512];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(deep, sizeof deep, "%s/%0100d", folder, 1);
    assert_int_equal(mkdir(deep, 0700), 0);
    snprintf(path, sizeof path, "%s/short", folder);
    reach(path);
    snprintf(path, sizeof path, "%s/a.db-control", deep);
    reach(path);
    snprintf(path, sizeof path, "%s/%0200d-control", deep, 1);
    reach(path);
    snprintf(path, sizeof path, "%0200d-control", 1);
    assert_int_equal(chdir(deep), 0);
    reach(path);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(deep), 0); /* nothing is left in it */
    assert_int_equal(rmdir(folder), 0);
}

static void a_folder_that_is_not_there(void **state)
{
    struct gn_endpoint e;
    struct garner_error err;
    char path[300];

    (void)state;
    snprintf(path, sizeof path, "/nowhere/%0150d/x", 1);
    assert_int_equal(gn_endpoint_init(&e, path, &err), GARNER_NOTFOUND);
    assert_non_null(strstr(err.message, "/nowhere/"));
    gn_endpoint_fini(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_length_is_reached),
        cmocka_unit_test(a_folder_that_is_not_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
