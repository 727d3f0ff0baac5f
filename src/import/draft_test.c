/* draft_test.c - what is written is read as what was meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/load.h"
#include "import/draft.h"

/* The name of a source stands in logs, errors and the database. */
static void a_name_has_no_password(void **state)
{
    struct gn_draft d;
    struct gn_buf out = {0};

    (void)state;
    gn_draft_init(&d, "f");
    gn_draft_source(&d, NULL, "https://me:p@ss@www.h.org/a@b?x");
    gn_draft_write(&d, "my.db", &out);
    assert_non_null(strstr(gn_buf_cstr(&out), "\n  \"h.org/a@b\":\n"));
    gn_buf_fini(&out);
    gn_draft_fini(&d);
}

static void names_are_unique_and_clean(void **state)
{
    struct gn_draft d;
    struct gn_buf out = {0};

    (void)state;
    gn_draft_init(&d, "f");
    gn_draft_source(&d, "News", "http://h/1");
    gn_draft_source(&d, "News", "http://h/2");
    gn_draft_source(&d, " a\n\tb ", "http://h/3");
    gn_draft_source(&d, NULL, "https://www.example.org/x/?q=1");
    gn_draft_source(&d, "", "https://example.org/x");
    gn_draft_write(&d, "my.db", &out);
    assert_string_equal(gn_buf_cstr(&out),
                        "garner: 1\nstore: my.db\n\nsources:\n"
                        "\n  News:\n    url: \"http://h/1\"\n"
                        "\n  \"News 2\":\n    url: \"http://h/2\"\n"
                        "\n  \"a b\":\n    url: \"http://h/3\"\n"
                        "\n  example.org/x:\n"
                        "    url: \"https://www.example.org/x/?q=1\"\n"
                        "\n  \"example.org/x 2\":\n"
                        "    url: \"https://example.org/x\"\n");
    assert_int_equal(d.sources, 5);
    gn_buf_fini(&out);
    gn_draft_fini(&d);
}

/* Whatever stands in a value comes back from the reader as it was. */
static void values_survive(void **state)
{
    static const char *const values[] = {
        "plain",     "two words", "- list", "# no comment", "a: b",
        "\"q\"",     "it's",      "{x}",    "[y]",          "*a &b !c %d @e `f",
        "null",      "true",      "010",    "1:30",         "back\\slash",
        "tab\there", "$HOME",     "grün",   "a,b",          " lead",
    };

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct gn_draft d;
        struct gn_buf out = {0};
        struct gn_config config;
        struct garner_error err = {0};

        gn_draft_init(&d, "f");
        gn_draft_source(&d, values[i], "http://h/{a}?b=${env:X}");
        gn_draft_text(&d, 2, "data", values[i]);
        gn_draft_write(&d, "my.db", &out);
        if (gn_config_parse("f", gn_buf_cstr(&out), out.size, &config, NULL,
                            &err) != GARNER_OK)
            fail_msg("%s: %s", err.message, gn_buf_cstr(&out));
        assert_string_equal(config.sources[0].request.body, values[i]);
        assert_string_equal(config.sources[0].request.url,
                            "http://h/%7Ba%7D?b=$%7Benv:X%7D");
        gn_config_fini(&config);
        gn_buf_fini(&out);
        gn_draft_fini(&d);
    }
}

static void references_are_none(void **state)
{
    struct gn_draft d;
    struct gn_buf out = {0};
    struct gn_config config;

    (void)state;
    gn_draft_init(&d, "f");
    gn_draft_source(&d, "a", "http://h/");
    gn_draft_text(&d, 2, "data", "${env:HOME} $${file:x}");
    gn_draft_write(&d, "my.db", &out);
    assert_int_equal(
        gn_config_parse("f", gn_buf_cstr(&out), out.size, &config, NULL, NULL),
        GARNER_OK);
    assert_string_equal(config.sources[0].request.body,
                        "${env:HOME} $${file:x}");
    gn_config_fini(&config);
    gn_buf_fini(&out);
    gn_draft_fini(&d);
}

static void notes_have_places(void **state)
{
    struct gn_draft d;

    (void)state;
    gn_draft_init(&d, "a file");
    gn_draft_note(&d, 7, "no %s", "way");
    gn_draft_note(&d, 0, "nor that");
    assert_string_equal(gn_buf_cstr(&d.notes),
                        "a file:7: no way\na file: nor that\n");
    gn_draft_fini(&d);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    for (unsigned n = 1;; n++) {
        struct gn_draft d;
        bool failed;

        gn_mem_fail_at(n);
        gn_draft_init(&d, "f");
        gn_draft_source(&d, "a", "http://h/");
        gn_draft_list(&d, 2, "x", (const char *const[]){"a", "b"}, 2);
        gn_draft_note(&d, 1, "x");
        failed = gn_draft_failed(&d);
        gn_mem_fail_at(0);
        gn_draft_fini(&d);
        if (!failed)
            break;
        assert_true(n < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_has_no_password),
        cmocka_unit_test(names_are_unique_and_clean),
        cmocka_unit_test(values_survive),
        cmocka_unit_test(references_are_none),
        cmocka_unit_test(notes_have_places),
        cmocka_unit_test(without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
