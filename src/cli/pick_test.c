/* pick_test.c - one URL of many, named or the first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cli/pick.h"
#include "cli/store_testing.h"

static void a_source_has_it_alone(void **state)
{
    const struct gn_source many = {.name = "s", .urls = {.file = "/nowhere"}};
    struct gn_pick pick;

    (void)state;
    assert_int_equal(gn_pick_url(&many, "http://h/a", NULL, &pick, NULL),
                     GARNER_OK);
    assert_string_equal(pick.source.name, "s");
    assert_string_equal(pick.source.request.url, "http://h/a");
    assert_false(gn_config_has_list(&pick.source));
    gn_pick_fini(&pick);
}

static void the_first_of_a_file_is_picked(void **state)
{
    char path[] = "/tmp/pick_test.XXXXXX";
    const struct gn_source many = {.urls = {.file = path}};
    const int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    struct gn_pick pick;
    struct garner_error err;

    (void)state;
    assert_non_null(file);
    assert_true(fputs("# none\nh/x\n", file) >= 0);
    assert_int_equal(fflush(file), 0);
    assert_int_equal(gn_pick_url(&many, NULL, NULL, &pick, &err),
                     GARNER_NOTFOUND);
    assert_non_null(strstr(err.message, "no URL is in its list: "));
    assert_non_null(strstr(err.message, "line 2"));
    gn_pick_fini(&pick);
    assert_true(fputs("http://h/a#b\nhttp://h/c\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(gn_pick_url(&many, NULL, NULL, &pick, NULL), GARNER_OK);
    assert_string_equal(pick.source.request.url, "http://h/a");
    gn_pick_fini(&pick);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(gn_pick_url(&many, NULL, NULL, &pick, NULL),
                     GARNER_NOTFOUND);
    gn_pick_fini(&pick);
}

static void the_first_of_a_query_is_picked(void **state)
{
    const struct gn_source many = {.urls = {.sql = "select u from t"}};
    struct garner_store *store = open_store();
    struct gn_pick pick;
    struct garner_error err;

    (void)state;
    assert_int_equal(gn_pick_url(&many, NULL, NULL, &pick, &err),
                     GARNER_NOTFOUND);
    assert_non_null(strstr(err.message, "urls: sql"));
    gn_pick_fini(&pick);
    runs(store, "create table t (u)");
    assert_int_equal(gn_pick_url(&many, NULL, store, &pick, &err),
                     GARNER_NOTFOUND);
    assert_non_null(strstr(err.message, "name one behind the source"));
    gn_pick_fini(&pick);
    runs(store, "insert into t values (null), ('http://h/a'), ('http://h/b')");
    assert_int_equal(gn_pick_url(&many, NULL, store, &pick, NULL), GARNER_OK);
    assert_string_equal(pick.source.request.url, "http://h/a");
    gn_pick_fini(&pick);
    garner_close(store);
}

static void lost_memory_is_an_error(void **state)
{
    const struct gn_source many = {.urls = {.file = "/nowhere"}};
    struct gn_pick pick;

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_pick_url(&many, "http://h/a", NULL, &pick, NULL),
                     GARNER_NOMEM);
    gn_mem_fail_at(0);
    gn_pick_fini(&pick);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_has_it_alone),
        cmocka_unit_test(the_first_of_a_file_is_picked),
        cmocka_unit_test(the_first_of_a_query_is_picked),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
