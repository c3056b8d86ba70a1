#include "python.h"

#include "instant.h"

#define SECOND_US INT64_C(1000000)

enum { SHORTEST = sizeof "2000-01-01T00:00:00Z" - 1 };

/* Reads a number of so many digits; -1 where there are others. */
static int digits(const unsigned char *at, int count)
{
    int value = 0;
    for (int place = 0; place < count; place++) {
        if (at[place] < '0' || at[place] > '9')
            return -1;
        value = value * 10 + (at[place] - '0');
    }
    return value;
}

static bool leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && leap(year));
}

/* Returns the days from 1970-01-01 on (Hinnant, "chrono-compatible low-level date algorithms"). */
static int64_t days_from_epoch(int year, int month, int day)
{
    int64_t from_march = month <= 2 ? year - 1 : year;
    int64_t era = from_march / 400;
    int64_t year_of_era = from_march - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

/* Reads `Z` or `+01:00` as seconds ahead of UTC. */
static bool zone(const unsigned char *at, const unsigned char *end, int64_t *ahead_s)
{
    if (end - at == 1 && *at == 'Z') {
        *ahead_s = 0;
        return true;
    }
    if (end - at != 6 || (at[0] != '+' && at[0] != '-') || at[3] != ':')
        return false;
    int hours = digits(at + 1, 2), minutes = digits(at + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return false;
    *ahead_s = (hours * 60 + minutes) * 60 * (at[0] == '-' ? -1 : 1);
    return true;
}

bool instant_of_text(Span text, int64_t *at_us)
{
    const unsigned char *at = text.at, *end = text.at + text.length;
    if (text.length < SHORTEST || at[4] != '-' || at[7] != '-' || (at[10] != 'T' && at[10] != ' ') ||
        at[13] != ':' || at[16] != ':')
        return false;
    int year = digits(at, 4), month = digits(at + 5, 2), day = digits(at + 8, 2);
    int hour = digits(at + 11, 2), minute = digits(at + 14, 2), second = digits(at + 17, 2);
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in(year, month) || hour < 0 ||
        hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return false;
    at += 19;
    int64_t micros = 0;
    if (*at == '.') {
        const unsigned char *first = ++at;
        int64_t unit = SECOND_US / 10;
        for (; at < end && *at >= '0' && *at <= '9'; at++, unit /= 10)
            micros += unit * (*at - '0');  /* more than six digits are cut off */
        if (at == first)
            return false;
    }
    int64_t ahead_s;
    if (!zone(at, end, &ahead_s))
        return false;
    int64_t seconds = days_from_epoch(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    *at_us = (seconds - ahead_s) * SECOND_US + micros;
    return true;
}

/* Says whether a number is written as the double that it is, which is what counts, would be. */
static bool exactly_a_double(const Number *number)
{
    double value;
    if (number->count <= 15)
        return true;
    if (!json_double(number, &value))
        return false;
    char *text = PyOS_double_to_string(value, 'r', 0, 0, NULL);
    if (text == NULL) {
        PyErr_Clear();
        return false;
    }
    bool same = span_equals(number->text, (Span){(const unsigned char *)text, strlen(text)});
    PyMem_Free(text);
    return same;
}

bool instant_of_number(const Number *number, int64_t *at_us)
{
    if (number->negative || number->count > 19 || number->after_point > 18 || number->power != 0 ||
        !(number->whole || exactly_a_double(number)))
        return false;
    uint64_t unit = 1;
    for (int place = 0; place < number->after_point; place++)
        unit *= 10;
    uint64_t whole = number->digits / unit, rest = number->digits % unit, part_us = 0;
    if (whole >= UINT64_C(100000000000000000)) {
        *at_us = (int64_t)(whole / 1000);
        return true;
    }
    uint64_t times = whole >= UINT64_C(100000000000000) ? 1
                     : whole >= UINT64_C(100000000000)  ? 1000
                                                        : 1000000;
    for (uint64_t digit = unit / 10, worth = times / 10; digit && worth; digit /= 10, worth /= 10)
        part_us += rest / digit % 10 * worth;
    *at_us = (int64_t)(whole * times + part_us);
    return true;
}
