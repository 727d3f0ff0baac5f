/* verbs_test.c - what is asked at the desk, of an engine that does not run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "cli/text.h"
#include "cli/verbs.h"

static struct garner_store *store;
static struct gn_verbs verbs;
static struct gn_source sources[] = {
    {.name = "one", .request = {.url = "http://127.0.0.1:1/"}},
    {.name = "two", .request = {.url = "http://127.0.0.1:1/"}},
};

static int enter(void **state)
{
    static const struct gn_config config = {.sources = sources,
                                            .source_count = 2};
    static const struct gn_engine_options options = {0};

    (void)state;
    gn_text_init();
    assert_int_equal(garner_open(":memory:", NULL, &store, NULL), GARNER_OK);
    assert_int_equal(
        gn_engine_new(store, &config, &options, &verbs.engine, NULL),
        GARNER_OK);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    gn_engine_free(verbs.engine);
    garner_close(store);
    return 0;
}

static enum garner_code say(const char *a, const char *b, const char *c,
                            struct gn_buf *out)
{
    const char *const words[] = {a, b, c};
    const size_t count = c != NULL ? 3 : b != NULL ? 2 : 1;

    gn_buf_clear(out);
    return gn_verbs_answer(&verbs, words, count, out, NULL);
}

static void what_is_asked_is_checked(void **state)
{
    static const struct {
        const char *words[3];
        enum garner_code code;
    } cases[] = {
        {{"status"}, GARNER_OK},
        {{"look", "one"}, GARNER_OK},
        {{"asked", "two", "more"}, GARNER_OK},
        {{"look", "three"}, GARNER_NOTFOUND},
        {{"asked", ""}, GARNER_NOTFOUND},
        {{"look"}, GARNER_INVALID},
        {{"ask", "whole"}, GARNER_INVALID},
        {{"pause"}, GARNER_INVALID},
        {{"pause", "one"}, GARNER_BUSY}, /* it does not run yet */
        {{"resume", "one"}, GARNER_BUSY},
        {{"trigger", "one"}, GARNER_BUSY},
        {{"ask", "ever", "one"}, GARNER_BUSY},
        {{"reload"}, GARNER_UNSUPPORTED},
        {{"dance"}, GARNER_UNSUPPORTED},
        {{""}, GARNER_UNSUPPORTED},
        {{"Status"}, GARNER_UNSUPPORTED},
    };
    struct gn_buf out = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(
            say(cases[i].words[0], cases[i].words[1], cases[i].words[2], &out),
            cases[i].code);
    gn_buf_fini(&out);
}

static void status_is_that_of_the_http_door(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    assert_int_equal(say("status", NULL, NULL, &out), GARNER_OK);
    assert_int_equal(out.data[0], '{');
    assert_non_null(strstr(out.data, "\"name\":\"two\""));
    gn_buf_fini(&out);
}

static void answers_are_read_back(void **state)
{
    struct gn_buf out = {0};
    struct gn_asked asked;

    (void)state;
    assert_int_equal(say("asked", "one", NULL, &out), GARNER_OK);
    assert_true(gn_verbs_read_asked(gn_buf_cstr(&out), &asked));
    assert_int_equal(asked.answered, 0);
    assert_true(
        gn_verbs_read_asked("7 6 1 503 1200 -1 -1 9 2 no, not now\n", &asked));
    assert_int_equal(asked.begun, 7);
    assert_int_equal(asked.answered, 6);
    assert_true(asked.last.failed);
    assert_int_equal(asked.last.status, 503);
    assert_int_equal(asked.last.bytes, -1);
    assert_int_equal(asked.last.pages, 9);
    assert_int_equal(asked.last.failures, 2);
    assert_string_equal(asked.last.error, "no, not now");
    gn_buf_fini(&out);
}

static void other_texts_are_no_answer(void **state)
{
    static const char *const texts[] = {
        "", "\n", "1 2 3", "1 2 3 4 5 6 7", "1 2 3 4 5 6 x ", "one"};
    struct gn_asked asked;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_false(gn_verbs_read_asked(texts[i], &asked));
}

static void without_memory_nothing_is_half_said(void **state)
{
    struct gn_buf out = {0};
    int failures = 0;

    (void)state;
    for (unsigned n = 1; n < 10; n++) {
        enum garner_code code;

        gn_buf_fini(&out);
        gn_mem_fail_at(n);
        code = say("status", NULL, NULL, &out);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        failures += code == GARNER_NOMEM || gn_buf_failed(&out);
    }
    assert_in_range(failures, 1, 9);
    gn_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_is_checked),
        cmocka_unit_test(status_is_that_of_the_http_door),
        cmocka_unit_test(answers_are_read_back),
        cmocka_unit_test(other_texts_are_no_answer),
        cmocka_unit_test(without_memory_nothing_is_half_said),
    };

    return cmocka_run_group_tests(tests, enter, leave);
}
