/* store_test.c - a file's store is found whatever else is in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/store.h"

static char path[] = "/tmp/gn-store-XXXXXX";

static enum garner_code load(const char *text, struct gn_config *config,
                             struct garner_error *err)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    return gn_config_load_store(path, config, err);
}

static void the_store_is_found(void **state)
{
    static const char *const texts[] = {
        "store: a.db\n",
        ("garner: 1\nsources:\n  x: { url: '${env:GN_NOT_THERE}' }\n"
         "store: a.db\n"),
        "later: [words]\nstore: ${env:GN_STORE_NAME}\n",
    };
    struct gn_config config;

    (void)state;
    assert_int_equal(setenv("GN_STORE_NAME", "a.db", 1), 0);
    assert_int_equal(unsetenv("GN_NOT_THERE"), 0);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(load(texts[i], &config, NULL), GARNER_OK);
        assert_string_equal(config.store, "a.db");
        assert_string_equal(config.path, path);
        gn_config_fini(&config);
    }
}

static void what_is_wrong_is_said(void **state)
{
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {"garner: 1\n", "names no store"},
        {"store: ''\n", "names no store"},
        {"[a]\n", "names no store"},
        {"store: [a]\n", ":1:8: "},
        {"store: ${env:GN_NOT_THERE}\n", ":1:8: "},
        {"store: a\nstore: b\n", ":2:1: "},
        {"store: \"a\n", ":1:"},
    };
    struct gn_config config;
    struct garner_error err;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(load(cases[i].text, &config, &err), GARNER_INVALID);
        if (strstr(err.message, cases[i].says) == NULL)
            fail_msg("%s: %s", cases[i].text, err.message);
        assert_null(config.memory);
    }
    assert_int_equal(gn_config_load_store("/nowhere", &config, &err),
                     GARNER_NOTFOUND);
}

static void without_memory(void **state)
{
    enum garner_code code = GARNER_NOMEM;
    struct gn_config config;
    unsigned n = 0;

    (void)state;
    while (code == GARNER_NOMEM) {
        gn_mem_fail_at(++n);
        code = load("store: ${env:GN_STORE_NAME}\n", &config, NULL);
    }
    gn_mem_fail_at(0);
    assert_int_equal(code, GARNER_OK);
    assert_in_range(n, 5, 100);
    gn_config_fini(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_store_is_found),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(without_memory),
    };
    const int file = mkstemp(path);
    int failed;

    assert_true(file >= 0 && close(file) == 0);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    return unlink(path) == 0 ? failed : 1;
}
