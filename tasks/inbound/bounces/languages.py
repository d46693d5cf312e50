# ruff: noqa: RUF001 (people write in many scripts)
"""What mail servers say in the languages that no other list here is for: a few stems each.

Beside them stands the sign that needs no language: a mail system that names a code of SMTP and an address.
"""

import re

_FAILURE = {
    "cs": r"nepoda(?:ř|r)ilo (?:se )?doru|nedoru(?:č|c)|nebyl\w? doru|nelze doru|odm(?:í|i)tnut|vr(?:á|a)cen",
    "sk": r"nepodarilo (?:sa )?doru|nebol\w? (?:mo(?:ž|z)n(?:é|e) )?doru|nie je mo(?:ž|z)n(?:é|e) doru",
    "hu": r"nem siker(?:ü|u)lt|k(?:é|e)zbes(?:í|i)thetetlen|nem k(?:é|e)zbes|visszautas",
    "ro": r"nu a (?:putut|fost|ajuns)|nelivrat|respins",
    "hr, sr": r"nije (?:mogu|isporu|dostav|bil[oa] mogu)|nedostavlj|odbijen",
    "sl": r"ni bil[oa]? mogo(?:č|c)e|ni mogo(?:č|c)e|zavrnjen",
    "sv": r"(?:kunde|kan|har) inte (?:levere|skicka|n(?:å|a))|inte levere|avvisa",
    "da, no": r"(?:kunne|kan|er) ikke (?:lever|sende|blive)|ikke lever|ble ikke|afvist|avvist",
    "fi": r"ei voi(?:tu|da)? (?:toimittaa|l(?:ä|a)hett)|ei toimitettu|hyl(?:ä|a)tt|palautettu",
    "tr": r"(?:teslim|ile)\w* edilem|teslim edilmedi|iletilemed|reddedil|ula(?:ş|s)(?:t(?:ı|i)r(?:ı|i)la)?ma",
    "nl": r"niet (?:worden )?(?:bezorgd|afgeleverd|bereik)|kon niet|geweigerd",
    "pt": r"n(?:ã|a)o (?:p(?:ô|o)de|foi|(?:é|e) poss)|devolvid|rejeitad|falha (?:na|de|no) entrega",
    "es": r"no (?:se )?(?:ha |pudo |puede |fue |pueden )|rechazad|devuelt|fallo (?:en|de) la entrega",
    "fr": r"n'a (?:pas )?pu|pas (?:pu )?(?:ê|e)tre|refus(?:é|e)|rejet(?:é|e)|non (?:remis|distribu|d(?:é|e)livr)",
    "ru, uk": r"не (?:уда|был|дост|може|вда|відправ)|недоставл|отклонен|відхилен|возвращ",
    "bg": r"не (?:може|беше) (?:да )?(?:бъде )?достав",
    "el": r"δεν (?:ήταν|μπόρεσε|παραδόθηκε|είναι)|αποτυχία",
    "lt, lv, et": r"nepavyko|nepristaty|neizdev|nevar(?:ē|e)ja pieg|ei (?:saanud|(?:õ|o)nnestunud)",
    "zh": r"退信|被退回|无法(?:送达|投递)|無法(?:投遞|傳遞|送達)",
    "ja, ko": r"配信(?:できま|不能)|届(?:けられ|きません)|전송(?:되지| 실패)|배달",
}
_GONE = {
    "cs, sk": r"neexistuj|nezn(?:á|a)m",
    "hu": r"ismeretlen|nem l(?:é|e)tezik",
    "ro": r"nu exist|necunoscut|inexistent",
    "hr, sr, sl": r"ne postoji|ne obstaja|nepoznat|neznan",
    "sv": r"finns inte|ok(?:ä|a)nd",
    "da, no": r"findes ikke|finnes ikke|ukendt|ukjent",
    "fi": r"tuntematon|ei ole olemassa",
    "tr": r"bulunamad|bilinmeyen|mevcut de(?:ğ|g)il",
    "nl": r"bestaat niet|onbekend",
    "pt": r"desconhecid|n(?:ã|a)o existe|inexistente",
    "ru, uk": r"не (?:найден|существует|знайден|існує)|неизвестн|невідом",
    "el": r"δεν υπάρχει|άγνωστ",
    "zh, ja, ko": r"不存在|存在しません|见つかりません|존재하지",
}
_FULL = {
    "cs, sk": r"schr(?:á|a)nk\w* .{0,30}(?:pln|zapln)|pln(?:á|a) schr",
    "hu": r"megtelt|postafi(?:ó|o)k.{0,30}tele",
    "ro": r"(?:casut|căsuț|cutia)\w* .{0,30}plin",
    "hr, sr, sl": r"(?:sandu(?:č|c)i(?:ć|c)|predal|nabiralnik)\w* .{0,30}(?:pun|poln)",
    "sv": r"brevl(?:å|a)da\w* .{0,30}full|inkorg\w* .{0,30}full",
    "da, no": r"(?:postkasse|indbakke|innboks)\w* .{0,30}(?:fuld|full)",
    "fi": r"postilaatikko.{0,30}t(?:ä|a)yn",
    "tr": r"kutusu .{0,30}dolu|kota .{0,20}(?:dolu|a(?:ş|s))",
    "nl": r"(?:mailbox|postbus|postvak) .{0,40}vol\b",
    "pt": r"caixa .{0,40}cheia",
    "ru, uk": r"переполнен|ящик .{0,30}полон|переповнен",
    "zh, ja, ko": r"邮箱已满|信箱已滿|容量(?:超過|が一杯)|가득",
}
_WAITS = {
    "cs, sk": r"zat(?:í|i)m|zatia(?:ľ|l)|opakov|dal(?:š|s)(?:í|i) pokus|zpo(?:ž|z)d",
    "hu": r"k(?:é|e)sik|k(?:é|e)sedelem|(?:ú|u)jra (?:megpr|pr(?:ó|o)b)",
    "ro": r"(?:î|i)nt(?:â|a)rzi|va (?:re)?(?:î|i)ncerca",
    "sv, da, no": r"f(?:ö|o)rsen|forsink|f(?:ö|o)rs(?:ö|o)k\w* igen|pr(?:ø|o)ve\w* igjen|fors(?:ø|o)g\w* igen",
    "fi": r"viiv(?:ä|a)st|yritet(?:ä|a)(?:ä|a)n uudelleen",
    "tr": r"gecik|tekrar dene",
    "nl": r"vertraag|opnieuw geprobeerd",
    "pt": r"atrasad|novas tentativas|tentar\w* novamente",
    "ru, uk": r"задерж|повторн\w+ попыт|затрим",
}


def _all(lists: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(lists.values()), re.IGNORECASE)


FAILURE, GONE, FULL, WAITS = _all(_FAILURE), _all(_GONE), _all(_FULL), _all(_WAITS)
