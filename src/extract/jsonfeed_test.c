/* jsonfeed_test.c - JSON Feeds, and what only looks like one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/jsonfeed.h"
#include "extract/lost_test.h"

#define START "{\"version\":\"https://jsonfeed.org/version/1.1\","

static void item_is(const struct gn_jsonfeed *f, const char *expected)
{
    struct gn_buf out = {0};

    for (int field = 0; field < GN_FEED_FIELDS; field++) {
        struct gn_buf value = {0};

        gn_jsonfeed_field(f, (enum gn_feed_field)field, &value);
        assert_false(gn_buf_failed(&value));
        gn_buf_printf(&out, "%s%s", field > 0 ? "|" : "", gn_buf_cstr(&value));
        gn_buf_fini(&value);
    }
    assert_string_equal(gn_buf_cstr(&out), expected);
    gn_buf_fini(&out);
}

static void items(void **state)
{
    static const char text[] =
        " " START "\"authors\":[{\"name\":\"Feed\"}],\"items\":[\n"
        "{\"id\":1,\"url\":\"http:\\/\\/h/1\",\"title\":\"A \\u00e9\","
        "\"authors\":[{\"name\":\"Ann\"},{},{\"name\":\"Bob\"},{}],"
        "\"date_published\":\"P\",\"date_modified\":\"M\",\"summary\":\"S\","
        "\"content_html\":\"<p>\",\"content_text\":\"t\",\"tags\":[\"x\",null,"
        "\"y\"],\"attachments\":[{\"url\":\"http://h/a\",\"mime_type\":\"a/b\","
        "\"size_in_bytes\":12}]} ,\n"
        "{\"id\":\"2\",\"external_url\":\"http://o/\",\"content_text\":\"t\","
        "\"title\":null,\"tags\":\"x\"},"
        "{\"id\":\"3\",\"author\":{\"name\":\"One\"}}, {}]}";
    struct gn_jsonfeed f;

    (void)state;
    assert_int_equal(gn_jsonfeed_open(&f, text, sizeof text - 1, NULL),
                     GARNER_OK);
    item_is(&f, "1|http://h/1|A \xc3\xa9|Ann, Bob|P|M|S|<p>|[\"x\",\"y\"]|"
                "http://h/a|a/b|12");
    gn_jsonfeed_next(&f);
    item_is(&f, "2|http://o/||Feed||||t|[]|||");
    gn_jsonfeed_next(&f);
    item_is(&f, "3|||One|||||[]|||");
    gn_jsonfeed_next(&f);
    item_is(&f, "|||Feed|||||[]|||");
    gn_jsonfeed_next(&f);
    assert_null(f.item);
}

static void an_author_of_version_1(void **state)
{
    static const char text[] =
        "{\"version\":\"https://jsonfeed.org/version/1\",\"author\":{\"name\":"
        "\"F\"},\"items\":[{}]}";
    struct gn_jsonfeed f;

    (void)state;
    assert_int_equal(gn_jsonfeed_open(&f, text, sizeof text - 1, NULL),
                     GARNER_OK);
    item_is(&f, "|||F|||||[]|||");
}

static void what_is_no_feed_is_refused(void **state)
{
    static const char *const cases[][2] = {
        {"{", "no JSON from line 1, column 2 on: "},
        {"{\"a\":1}", "it is JSON, but no JSON Feed"},
        {"{\"version\":{}}", "it is JSON, but no JSON Feed"},
        {"{\"version\":\"2.0\",\"items\":[]}", "1: \"2.0\""},
        {START "\"items\":{}}", "the JSON Feed has no array \"items\""},
        {START "\"item\":[]}", "the JSON Feed has no array \"items\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct garner_error err = {0};
        struct gn_jsonfeed f;

        assert_int_equal(
            gn_jsonfeed_open(&f, cases[i][0], strlen(cases[i][0]), &err),
            GARNER_INVALID);
        if (strstr(err.message, cases[i][1]) == NULL)
            fail_msg("%s: %s", cases[i][0], err.message);
    }
}

static void strange_items_are_survived(void **state)
{
    static const char text[] = START "\"items\":[1,null,\"x\",[],[[]],true]}";
    struct gn_jsonfeed f;
    size_t count = 0;

    (void)state;
    assert_int_equal(gn_jsonfeed_open(&f, text, sizeof text - 1, NULL),
                     GARNER_OK);
    for (; f.item != NULL; gn_jsonfeed_next(&f), count++)
        item_is(&f, "||||||||[]|||");
    assert_int_equal(count, 6);
}

static bool read_first(struct gn_buf *out, const void *text)
{
    struct gn_jsonfeed f;
    const enum garner_code code =
        gn_jsonfeed_open(&f, text, strlen(text), NULL);

    if (code == GARNER_OK)
        gn_jsonfeed_field(&f, GN_FEED_GUID, out);
    return code != GARNER_NOMEM;
}

static void lost_memory_is_an_error(void **state)
{
    (void)state;
    assert_lost(read_first, START "\"items\":[{\"id\":\"x\"}]}", 2, "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items),
        cmocka_unit_test(an_author_of_version_1),
        cmocka_unit_test(what_is_no_feed_is_refused),
        cmocka_unit_test(strange_items_are_survived),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
