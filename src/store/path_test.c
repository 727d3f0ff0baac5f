/* path_test.c - URLs that name a file, and those that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store/path.h"

static void a_url_names_a_file(void **state)
{
    static const struct {
        const char *url;
        const char *path;
    } good[] = {{"x.db", "x.db"},
                {"/a/x.db", "/a/x.db"},
                {"sqlite:x.db", "x.db"},
                {"sqlite:/a/x.db", "/a/x.db"},
                {"sqlite:///a/x.db", "/a/x.db"},
                {":memory:", ":memory:"},
                {"sqlite::memory:", ":memory:"},
                {"a:b.db", "a:b.db"}};
    const char *path;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(gn_path_of(good[i].url, &path, NULL), GARNER_OK);
        assert_string_equal(path, good[i].path);
    }
}

static void another_is_refused_without_its_password(void **state)
{
    struct garner_error err;
    const char *path;

    (void)state;
    assert_int_equal(gn_path_of("postgres://me:secret@h/db", &path, &err),
                     GARNER_UNSUPPORTED);
    assert_non_null(strstr(err.message, "postgres: databases of this kind"));
    assert_null(strstr(err.message, "secret"));
    assert_int_equal(gn_path_of("sqlite://x.db", &path, &err),
                     GARNER_UNSUPPORTED);
    assert_non_null(strstr(err.message, "sqlite:///ABSOLUTE"));
    assert_int_equal(gn_path_of("sqlite:", &path, &err), GARNER_UNSUPPORTED);
    assert_int_equal(gn_path_of("", &path, &err), GARNER_UNSUPPORTED);
    assert_non_null(strstr(err.message, "empty"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_names_a_file),
        cmocka_unit_test(another_is_refused_without_its_password),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
