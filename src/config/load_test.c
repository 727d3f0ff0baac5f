/* load_test.c - whole files: versions, problems gathered, size, lost memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "config/load_testing.h"

enum { MANY = 10000 };

static void a_file_needs_version_and_sources(void **state)
{
    (void)state;
    bad("sources: { a: { url: http://h/ } }\n",
        "f:1:1: the file does not say its version; begin it with \"garner: "
        "1\"\n");
    bad("garner: 2\nsources: { a: { url: http://h/ } }\n",
        "f:1:9: garner: \"2\" is no version of this file that is known; write "
        "garner: 1\n");
    bad("garner: 1\n", "f:1:1: the file has no sources; add \"sources:\" with "
                       "something to fetch\n");
    bad("garner: 1\nsources:\n",
        "f:2:9: sources must be a mapping; write \"NAME:\" lines, each with a "
        "url below it\n");
    bad("garner: 1\nsources: {}\n", "f:2:10: sources is empty; write \"NAME:\" "
                                    "lines, each with a url below "
                                    "it\n");
    bad("garner: 1\nstore: postgresql://me:secret@h/db\n"
        "sources: { a: { url: http://h/ } }\n",
        "f:2:8: store: databases of the kind postgresql are not supported; "
        "write a file's name, or sqlite:PATH\n");
    bad("garner: 1\nsources: [a]\n",
        "f:2:10: sources must be a mapping; write \"NAME:\" lines, each with a "
        "url below it\n");
    bad("- a\n", "f:1:1: a list where a mapping is needed; write \"key: "
                 "value\" lines, indented\n");
    bad("", "f:1:1: the file is empty; begin it with \"garner: 1\"\n");
}

static void all_problems_are_shown_at_once(void **state)
{
    (void)state;
    bad("garner: 1\n"
        "sotre: x.db\n"
        "include: {}\n"
        "url: http://h/\n"
        "defaults: { cache: 1, user_agnt: x }\n"
        "sources:\n"
        "  a: { url: http://h/, timeout: 5 }\n"
        "  b: { url: h }\n"
        "  a: { url: http://h/ }\n",
        "f:9:3: \"a\" is given twice, first in line 7; remove one, or give it "
        "another name\n"
        "f:2:1: unknown key \"sotre\"; did you mean \"store\"?\n"
        "f:3:1: \"include\" is not available in this version; remove it\n"
        "f:4:1: \"url\" belongs to a source; write it under sources: NAME:\n"
        "f:5:13: \"cache\" is not available in this version; remove it\n"
        "f:5:23: unknown key \"user_agnt\"; did you mean \"user_agent\"?\n"
        "f:7:33: timeout: \"5\" is not a duration: it has no unit; the units "
        "are "
        "ms, s, m, h, d, w, as in 900ms or 1.5h\n"
        "f:8:13: URL has no scheme; write https:// or http:// before \"h\"\n");
}

static void the_store_may_hold_a_secret(void **state)
{
    struct gn_config config;

    (void)state;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    assert_int_equal(setenv("GN_TEST_DB", "data.db", 1), 0);
    config = good("garner: 1\nstore: \"/srv/${env:GN_TEST_DB}\"\n"
                  "sources: { a: { url: http://h/ } }\n");
    assert_string_equal(config.store, "/srv/data.db");
    assert_string_equal(config.path, "f");
    gn_config_fini(&config);
    bad("garner: 1\nstore: \"\"\nsources: { a: { url: http://h/ } }\n",
        "f:2:8: store is empty; name a database file\n");
}

static void the_log_may_be_left_to_another_program(void **state)
{
    struct gn_config config;

    (void)state;
    config = good("garner: 1\nsources: { a: { url: http://h/ } }\n");
    assert_int_equal(config.checkpoint, GARNER_CHECKPOINT_AUTO);
    gn_config_fini(&config);
    config = good("garner: 1\ncheckpoint: external\n"
                  "sources: { a: { url: http://h/ } }\n");
    assert_int_equal(config.checkpoint, GARNER_CHECKPOINT_EXTERNAL);
    gn_config_fini(&config);
    config = good("garner: 1\ncheckpoint: auto\n"
                  "sources: { a: { url: http://h/ } }\n");
    assert_int_equal(config.checkpoint, GARNER_CHECKPOINT_AUTO);
    gn_config_fini(&config);
}

static void files_are_read_and_paths_begin_beside_them(void **state)
{
    static const char text[] =
        "garner: 1\n"
        "sources: { a: { url: 'http://h/', data: '${file:secret}',\n"
        "  tls: { ca_file: secret } } }\n";
    char folder[] = "/tmp/gn-load-XXXXXX";
    char file[64];
    char secret[64];
    struct gn_config config;
    struct garner_error err;
    FILE *f;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/garner.yaml", folder);
    snprintf(secret, sizeof secret, "%s/secret", folder);
    f = fopen(file, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0 && fclose(f) == 0);
    assert_int_equal(gn_config_load(file, &config, NULL, &err), GARNER_INVALID);
    f = fopen(secret, "w");
    assert_non_null(f);
    assert_true(fputs("s3cret\n", f) >= 0 && fclose(f) == 0);
    assert_int_equal(gn_config_load(file, &config, NULL, &err), GARNER_OK);
    assert_string_equal(config.path, file);
    assert_string_equal(config.sources[0].request.body, "s3cret");
    assert_string_equal(config.sources[0].request.ca_file, secret);
    gn_config_fini(&config);
    assert_int_equal(unlink(secret) | unlink(file) | rmdir(folder), 0);
    assert_int_equal(gn_config_load(file, &config, NULL, &err),
                     GARNER_NOTFOUND);
    assert_null(config.memory);
}

static void many_sources_load_fast(void **state)
{
    struct gn_buf text = {0};
    struct gn_config config;
    const int64_t start = gn_clock_monotonic_ns();

    (void)state;
    gn_buf_text(&text, "garner: 1\nsources:\n");
    for (int i = 0; i < MANY; i++)
        gn_buf_printf(&text,
                      "  s%d:\n    url: http://h/%d\n    schedule: 10s\n"
                      "    rows: { table: t, key: id, sql: select 1 }\n",
                      i, i);
    config = good(gn_buf_cstr(&text));
    assert_int_equal(config.source_count, MANY);
    assert_string_equal(config.sources[MANY - 1].name, "s9999");
    gn_config_fini(&config);
    gn_buf_fini(&text);
    /* 0.07 s is usual; what is quadratic takes minutes */
    assert_true(gn_clock_monotonic_ns() - start < INT64_C(20000000000));
}

static void lost_memory_is_told(void **state)
{
    static const char text[] =
        "garner: 1\n"
        "store: x\n"
        "defaults: { user_agent: a, tls: { ca_file: /dev/null } }\n"
        "sources: { a: { url: 'http://h/{x}', vars: { x: '$${' }, data: d,\n"
        "  headers: { A: b }, rows: { table: t, key: [a], sql: s } },\n"
        "  b: { url: http://h/ } }\n";
    struct gn_buf list = {0};

    (void)state;
    for (unsigned nth = 1;; nth++) {
        struct gn_config config;
        enum garner_code code;

        gn_mem_fail_at(nth);
        code =
            gn_config_parse("f", text, sizeof text - 1, &config, &list, NULL);
        gn_mem_fail_at(0);
        gn_config_fini(&config);
        if (code == GARNER_OK) {
            assert_true(nth > 8);
            break;
        }
        assert_int_equal(code, GARNER_NOMEM);
        gn_buf_clear(&list);
    }
    assert_int_equal(list.size, 0);
    gn_buf_fini(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_needs_version_and_sources),
        cmocka_unit_test(all_problems_are_shown_at_once),
        cmocka_unit_test(the_store_may_hold_a_secret),
        cmocka_unit_test(the_log_may_be_left_to_another_program),
        cmocka_unit_test(files_are_read_and_paths_begin_beside_them),
        cmocka_unit_test(many_sources_load_fast),
        cmocka_unit_test(lost_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
