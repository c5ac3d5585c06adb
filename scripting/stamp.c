#include "scripting/stamp.h"

#include <math.h>
#include <string.h>

#include "scripting/decimal.h"

#define NS_PER_S INT64_C(1000000000)
#define MOST_S 4.0e9

static const char not_a_time[] = "must be seconds or a date like 2023-11-16 18:15:46.6805900";
static const char too_fine[] = "must be no finer than a nanosecond";

struct reader {
    const char *at, *end;
};

static bool is_digit(const struct reader *r)
{
    return r->at < r->end && (unsigned char)(*r->at - '0') < 10;
}

static bool take(struct reader *r, char c)
{
    if (r->at >= r->end || *r->at != c) {
        return false;
    }
    r->at++;
    return true;
}

/* Exactly n digits, lowest <= value <= highest. */
static bool take_number(struct reader *r, int n, int lowest, int highest, int *value)
{
    *value = 0;
    for (int i = 0; i < n; i++) {
        if (!is_digit(r)) {
            return false;
        }
        *value = *value * 10 + (*r->at++ - '0');
    }
    return *value >= lowest && *value <= highest;
}

/* ".6805900" in nanoseconds; nothing is 0. */
static const char *take_fraction(struct reader *r, int64_t *ns)
{
    int64_t unit = NS_PER_S;
    *ns = 0;
    if (!take(r, '.')) {
        return NULL;
    }
    for (; is_digit(r); r->at++) {
        unit /= 10;
        if (unit == 0 && *r->at != '0') {
            return too_fine;
        }
        *ns += unit * (*r->at - '0');
    }
    return NULL;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* Days from 1970-01-01 in the Gregorian calendar: years begin in March, so that the leap day is
 * a year's last, and 400 of them have 146,097 days. */
static int64_t day_number(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = y / 400, of_era = y % 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* "Z", "+01", "+0100", "+01:00" in seconds east; nothing is UTC. */
static bool take_zone(struct reader *r, int64_t *seconds)
{
    int hours = 0, minutes = 0;
    *seconds = 0;
    take(r, ' ');
    if (r->at == r->end || take(r, 'Z') || take(r, 'z')) {
        return r->at == r->end;
    }
    bool west = take(r, '-');
    if ((!west && !take(r, '+')) || !take_number(r, 2, 0, 14, &hours)) {
        return false;
    }
    take(r, ':');
    if (r->at < r->end && !take_number(r, 2, 0, 59, &minutes)) {
        return false;
    }
    *seconds = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
    return r->at == r->end;
}

static bool take_date(struct reader *r, int64_t *day)
{
    int year, month, date;
    bool good = take_number(r, 4, 1950, 2200, &year) && (take(r, '-') || take(r, '/')) &&
                take_number(r, 2, 1, 12, &month) && (take(r, '-') || take(r, '/')) &&
                take_number(r, 2, 1, days_in(year, month), &date) &&
                (take(r, ' ') || take(r, 'T'));
    *day = good ? day_number(year, month, date) : 0;
    return good;
}

static const char *read_date(struct reader r, int64_t *ns)
{
    int hour, minute, second;
    int64_t day, fraction, zone_s;
    if (!take_date(&r, &day) || !take_number(&r, 2, 0, 23, &hour) || !take(&r, ':') ||
        !take_number(&r, 2, 0, 59, &minute) || !take(&r, ':') ||
        !take_number(&r, 2, 0, 60, &second)) {
        return not_a_time;
    }
    const char *rule = take_fraction(&r, &fraction);
    if (rule != NULL) {
        return rule;
    }
    if (!take_zone(&r, &zone_s)) {
        return not_a_time;
    }
    int64_t of_day = hour * 3600 + minute * 60 + second;
    *ns = (day * 86400 + of_day - zone_s) * NS_PER_S + fraction;
    return NULL;
}

/* Plain digits are exact; what has an exponent goes by way of a double. */
static const char *read_seconds(const char *text, size_t length, int64_t *ns)
{
    struct reader r = {text, text + length};
    double value;
    *ns = 0;
    if (!hanse__decimal(text, length, &value)) {
        return not_a_time;
    }
    if (fabs(value) >= MOST_S) {
        return "must be below 4e9 s (are these milliseconds?)";
    }
    if (memchr(text, 'e', length) != NULL || memchr(text, 'E', length) != NULL) {
        *ns = llround(value * 1e9);
        return NULL;
    }
    bool negative = take(&r, '-');
    if (!negative) {
        take(&r, '+');
    }
    int64_t seconds = 0, fraction = 0;
    for (; is_digit(&r); r.at++) {
        seconds = seconds * 10 + (*r.at - '0');
    }
    const char *rule = take_fraction(&r, &fraction);
    *ns = (negative ? -1 : 1) * (seconds * NS_PER_S + fraction);
    return rule;
}

const char *hanse__stamp(const char *text, size_t length, int64_t *ns, bool *dated)
{
    /* No number has a '-' or '/' after four digits. */
    struct reader r = {text, text + length};
    int year;
    *dated = take_number(&r, 4, 0, 9999, &year) && (take(&r, '-') || take(&r, '/'));
    return *dated ? read_date((struct reader){text, text + length}, ns)
                  : read_seconds(text, length, ns);
}
