/* scalarsql_test.c - times, numbers, texts and URLs, seen by SQL. */
#include "extract/fixture_test.h"

static void times(void **state)
{
    (void)state;
    assert_sql("select parse_time(?), typeof(parse_time(?1))",
               "Sun, 06 Nov 1994 08:49:37 GMT", "784111777|integer\n");
    assert_sql("select parse_time(?), typeof(parse_time(?1))",
               "1994-11-06T08:49:37.5Z", "784111777.5|real\n");
    assert_sql("select parse_time(?), parse_time(null), parse_time('')", "soon",
               "~|~|~\n");
    assert_sql("select parse_time(784111777), parse_time(784111777500), "
               "parse_time(784111777.25), parse_time(cast('784111777' as "
               "blob)), parse_time(1e300), parse_time(x'')",
               "", "784111777|784111777.5|784111777.25|784111777|~|~\n");
    assert_sql("select parse_time(?, 'dmy CET'), parse_time(?1, null), "
               "parse_time(?1, 'mdy')",
               "7/9/2026 1:00", "1788739200|~|1783558800\n");
    assert_sql("select parse_time(?, 'Mars')", "",
               "!parse_time: the hint is dmy or mdy, a zone such as +01:00 or "
               "CET, or both, not \"Mars\"");
    assert_sql("select parse_time(?, x'43450054')", "",
               "!parse_time: the hint is dmy or mdy, a zone such as +01:00 or "
               "CET, or both, not \"\"");
}

static void numbers(void **state)
{
    (void)state;
    assert_sql("select parse_number(?), typeof(parse_number(?1))",
               "\xe2\x82\xac 1.234,50", "1234.5|real\n");
    assert_sql("select parse_number(?), typeof(parse_number(?1))", "1,234",
               "1234|integer\n");
    assert_sql("select parse_number(?, 'de'), parse_number(?1, ','), "
               "parse_number(?1, 'en_US'), parse_number(?1, null)",
               "1,234", "1.234|1.234|1234|1234\n");
    assert_sql("select parse_number(?), typeof(parse_number(?1))",
               "18446744073709551616", "18446744073709551616|text\n");
    assert_sql("select parse_number(5), parse_number(5.5), parse_number(null), "
               "parse_number(x''), parse_number(?)",
               "none", "5|5.5|~|~|~\n");
    assert_sql(
        "select parse_number(?)",
        "\xef\xbf\xa5 \xef\xbc\x8d\xef\xbc\x91\xef\xbc\x8c\xef\xbc\x92\xef\xbc"
        "\x93\xef\xbc\x94\xef\xbc\x8e\xef\xbc\x95",
        "-1234.5\n");
    assert_sql("select parse_number(?)", "\xef\xbc\xa1 \xef\xbc", "~\n");
    assert_sql("select parse_number(?, 'xx')", "1",
               "!parse_number: the locale \"xx\" is not known: give the mark "
               "before decimals, '.' or ','");
}

static void texts(void **state)
{
    (void)state;
    assert_sql("select text_norm(?), text_norm(null), text_norm(12), "
               "text_norm(x'')",
               " a\n e\xcc\x81 ", "a \xc3\xa9|~|12|\n");
    assert_sql("select text_hash(?) = text_hash('a \xc3\xa9'), "
               "length(text_hash('')), text_hash(null)",
               " a\n e\xcc\x81 ", "1|64|~\n");
    /* printf abc | sha256sum */
    assert_sql(
        "select hash(?), hash(null)", "abc",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        "|~\n");
    assert_sql("select hash(x'616263') = hash('abc'), hash(x'') = hash(''), "
               "hash(12) = hash('12'), hash(' a') = hash('a')",
               "", "1|1|1|0\n");
}

static void urls(void **state)
{
    static const char url[] =
        "https://me:secret@Example.org:8443/a%20b?page=2&q=x+y#top";

    (void)state;
    assert_sql("select url_norm(?), url_norm(null), url_norm('x')", url,
               "https://me:secret@example.org:8443/a%20b?page=2&q=x+y|~|~\n");
    assert_sql("select url_part(?, 'scheme'), url_part(?1, 'user'), "
               "url_part(?1, 'host'), url_part(?1, 'port'), "
               "url_part(?1, 'path'), url_part(?1, 'query'), "
               "url_part(?1, 'fragment'), url_part(?1, '?q'), "
               "url_part(?1, '?x')",
               url,
               "https|me|Example.org|8443|/a%20b|page=2&q=x+y|top|x y|~\n");
    assert_sql("select url_part('http://a', 'port'), url_part('https://a', "
               "'port'), typeof(url_part('http://a', 'port')), "
               "url_part('http://a', 'path'), url_part(?, 'host'), "
               "url_part('http://a', null)",
               "x", "80|443|integer|~|~|~\n");
    assert_sql("select url_part('http://a', 'hosts')", "",
               "!url_part: a part is scheme, user, host, port, path, query or "
               "fragment, or ? and a parameter's name, not \"hosts\"");
    assert_sql_n("select url_norm(?), url_part(?1, 'host')", "http://a\0b", 10,
                 "~|~\n");
}

static void lost_memory_is_an_error(void **state)
{
    static const char sql[] = "select text_norm(?), text_hash(?1), "
                              "url_norm('http://a'), "
                              "url_part('http://a?b=c', '?b')";
    struct gn_buf whole = ask_n(sql, "a b", 3);

    (void)state;
    assert_sql_lost(sql, "a b", 3, 5, gn_buf_cstr(&whole));
    gn_buf_fini(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times),
        cmocka_unit_test(numbers),
        cmocka_unit_test(texts),
        cmocka_unit_test(urls),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, open_sandbox, close_sandbox);
}
