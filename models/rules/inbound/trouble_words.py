"""The words that make a mail urgent, and those that let it rest: the lists of `[trouble]` in the policy."""

from dataclasses import dataclass
from enum import StrEnum


class Urgency(StrEnum):
    """What makes a mail urgent."""

    COMPLAINT = "complaint"
    WITHDRAWAL = "withdrawal"
    """Recesso, odstąpienie: taking back the signature within the window."""
    TERMINATION = "termination"
    """Disdetta, wypowiedzenie: ending what runs."""
    LAWYER = "lawyer"
    REFUND = "refund"
    AUTHORITY = "authority"
    DISPUTE = "dispute"
    """An invoice is contested."""


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(stem.strip() for line in lines for stem in line.split(","))


@dataclass(frozen=True)
class TroubleWords:
    """Stems for each kind of trouble, in all languages together; accents, case and apostrophes count for nothing.

    A stem is the beginning of a word, or of the last word of a phrase; one that ends with `.` is whole.
    """

    complaint: tuple[str, ...] = _words(
        "reclam, lament, insoddisf, delus, inaccettabil, vergogn, scandal, pessim, truff, difett, guast, rotto.",
        "rotta., rotti., rotte., danneggi, non funzion, non e arrivat, non e ancora arrivat, mai arrivat",
        "non ho ricevut, non ho ancora ricevut, arrabbiat, stufo., stufa di, stufi., preso in giro",
        "presa in giro, presi in giro, inadempi, sbagliat, graffi",
        "non e risolt, non e ancora risolt, non risolt, irrisolt",
        "ammacc, non mi piace, non va bene, nessuno risponde, nessuno mi",
        "reklam, skarg, skarz, niezadowol, rozczarow, skandal, oszust, oszuka, uszkodz, zepsu, wadliw, nie dzial",
        "nie dotar, nie otrzyma, nie przysz, nie dosta, niedopuszczaln, kpin, zlaman, porysow, nikt nie",
        "spaccat, crepat, scheggiat, polaman, pekniet, stluczon, rozbit, zarysow",
        "nie jest zalatwion, nie jest jeszcze zalatwion, niezalatwion, nierozwiazan, nie zostal zalatwion",
        "complain, unacceptabl, disappoint, unhappy, dissatisf, angry, furious, terribl, awful, scam, fraud, disgrac",
        "damage, defect, faulty, broken, not work, doesn t work, never arriv, not arriv, hasn t arriv, never receiv",
        "not receiv, haven t receiv, wrong item, ridiculous, appall, scratched, nobody answers, nobody calls",
        "not solved, not yet solved, isn t solved, not resolved, isn t resolved, unresolved, unsolved",
        "beschwer, unzufried, enttausch, unverschamt, inakzeptab, unakzeptab, skandalos, betrug., betrog, katastroph",
        "beschadig, defekt, kaputt, mangelhaft, zerbroch, zerkratz, verkratz, verargert, wutend, falsch geliefer",
        "funktioniert nicht, nicht funktionier, nicht angekomm, nie angekomm, nicht geliefer, nicht erhalt",
        "nicht gelost, nicht erledigt, ungelost, niemand antwort, niemand meld, niemand ruft, nicht zufried, mangel.",
        "mangeln., fehlerhaft, frustrier, argerlich, verarger, frechheit, zumutung, stimmt nicht, beanstand",
        "falsche ware, falsche farb, falsches model, wackelt, klemmt, undicht, verbogen, verzogen, kratzer, beule.",
        "gerissen, gesprungen, zerrissen, abgebroch, gebrochen., immer noch nicht da, noch immer nicht da",
        "noch nicht da., nicht gekomm, nicht eingetroff, unvollstandig, keiner antwort, keiner meld, hingehalten",
        "im stich, reingelegt, abgezock, abzock, verarsch, gefallt mir nicht, gefallt uns nicht, geht nicht mehr",
    )
    withdrawal: tuple[str, ...] = _words(
        "recess, receder, recedo, ripensament, ci ho ripensat, annullare l ordin, annullare il contratt",
        "annullo l ordin, annullo il contratt, odstapi, odstepuj, anulowa, anuluj, anulacj, rezygn, zrezygn",
        "zwrot towar, zwrocic towar, zwracam towar, withdraw, cancel my order, cancel the order, cancel my purchase",
        "cancel the contract, changed my mind, cooling off, annullate l ordin, annulli l ordin, annullate il contratt",
        "cancelling my, cancelling the, canceling my, canceling the, cancel this order",
        "widerruf, widerrief, rucktritt vom, trete zuruck, zurucktreten, stornier, mochte zuruckgeben, anders uberlegt",
        "vom kauf zuruck, vom vertrag zuruck, vertrag zuruck, bestellung zuruck, ruckabwick, ruckgangig mach",
        "ruckgangig zu mach, zuruckgeben., zuruckschick, zurucksend, ware zuruck, bestellung loschen",
        "bestellung nicht mehr, vertragsrucktritt, meinungsanderung",
    )
    termination: tuple[str, ...] = _words(
        "disdett, disdir, disdico, risoluzione del contratt, risolvere il contratt, cessazione, chiudere il contratt",
        "wypowiedz, wypowiad, rozwiazanie umow, rozwiazuje umow, rozwiazac umow, zakonczyc umow",
        "termination, terminate my, terminate the, terminate our, cancel my contract, cancel my subscription",
        "end the contract, end my contract, terminating my, terminating the, terminating our",
        "kundige., kundigen., kundigung, gekundigt, vertrag beend, vertragsende, vertrag auflos",
        "vertrag kundig, vertragsauflos, aufhebungsvertrag, aus dem vertrag, beendigung des vertrag",
    )
    lawyer: tuple[str, ...] = _words(
        "avvocat, vie legali, azione legale, azioni legali, mio legale, miei legali, nostro legale, nostri legali",
        "un legale, ufficio legale, studio legale, tribunal, causa legale, fare causa, farvi causa, citazione in",
        "diffid, querel, denunc, messa in mora, giudice, prawnik, prawnic, adwokat, kancelari, droge sadow",
        "droga sadow, do sadu, w sadzie, sadem., pozew, pozw, mecenas, radca prawn, radcy prawn, przedsadow",
        "lawyer, solicitor, attorney, legal action, legal advice, legal step, to court, in court, court action",
        "sue you, suing, lawsuit, anwalt, anwalt., rechtsanw, gericht., gerichtlich, vor gericht, verklag, klage.",
        "rechtliche schritt, rechtsweg, juristisch, rechtsstreit, rechtsbeistand, rechtsberat, kanzlei., klagen.",
        "mahnbescheid, mahnverfahren, klageweg, klage ein, klage erheb, setze ihnen eine frist",
        "setzen ihnen eine frist, letzte frist, fristsetzung",
    )
    refund: tuple[str, ...] = _words(
        "rimbors, restituzione del, restituire i sold, restituirmi, indietro i sold, soldi indietro, riavere i",
        "riaccredit, storno., risarc, zwrot pienied, zwrotu pienied, zwrot kosz, zwrotu kosz, zwrot srodk",
        "zwrotu srodk, zwrot kwot, zwrotu kwot, zwrot wplac, zwrotu wplac, zwrot zaplac, zwrocic pieniad",
        "zwroccie pieniad, oddajcie pieniad, oddac pieniad, odszkodow, refund, money back, reimburs, chargeback",
        "charge back, compensat, indietro i miei sold, indietro i nostri sold, indietro il denar",
        "erstatt, ruckerstatt, geld zuruck, ruckzahl, schadenersatz, schadensersatz, entschadig, gutschrift",
        "kaufpreis zuruck, geld wieder, ruckuberweis, zuruckuberweis, zuruckzahl, zuruckerstatt, preisminder",
        "preisnachlass, kaufpreisminder, wiedergutmach, minderung.",
    )
    authority: tuple[str, ...] = _words(
        "agcm., antitrust, garante., autorita., guardia di finanza, carabinier, polizia, associazione consumator",
        "associazione dei consumator, associazioni dei consumator, associazione di consumator, altroconsumo",
        "codacons, federconsumator, adiconsum, unione consumator, arera., uokik, rzecznik, policj, prokuratur",
        "federacj konsument, federacja konsument, federacji konsument, inspekcj handlow, inspekcja handlow",
        "inspekcji handlow, urzad ochron, urzedu ochron, trading standards, ombudsman, consumer protection",
        "consumer association, police., data protection authorit, verbraucherzentral, verbraucherschutz, polizei",
        "staatsanwalt, ombudsmann, datenschutzbehord, aufsichtsbehord, schlichtungsstell",
        "verbraucherschlicht, verbraucherstreit, bundesnetzagentur, datenschutzbeauftrag, strafanzeig, anzeige erstatt",
        "wettbewerbszentral, konsumentenschutz, arbeiterkammer, gewerbeamt, staatsanwaltschaft",
    )
    dispute: tuple[str, ...] = _words(
        "contesto la, contesto le, contesto il, contesto l, contesto quest, contesto formal, contestar, contestaz",
        "contestiam, contestand, contestat, non devo pagare, non pagher, fattura errat, fattura sbagliat",
        "fattura non corrett",
        "importo errat, importo sbagliat, importo non corrett, non riconosco la fattur, non e dovut",
        "kwestionuj, zakwestionow, nie zgadzam sie z faktur, bledna faktur, bledna kwot, faktura jest bledn",
        "nie uznaje faktur, nie zaplace., sprzeciw wobec faktur, disput, contest the invoice, contesting the invoice",
        "do not owe, don t owe, will not pay, won t pay, invoice is wrong, wrong invoice, incorrect invoice",
        "wrong amount, overcharg, rechnung ist falsch, rechnung falsch, falsche rechnung, rechnung stimmt nicht",
        "rechnung ist nicht richtig, rechnung ist nicht korrekt, rechnung nicht korrekt, fehler in der rechnung",
        "betrag stimmt nicht, betrag ist falsch, falscher betrag, falschen betrag, widerspreche der rechnung",
        "widerspreche ihrer rechnung, widerspreche der forderung, widersprechen der rechnung, bestreite, bestreiten",
        "widerspruch gegen die rechnung, widerspruch gegen ihre rechnung, einspruch gegen, rechnung beanstand",
        "beanstande die rechnung, beanstande ihre rechnung, zahle nicht, zahlen wir nicht, zahle ich nicht",
        "werde nicht zahlen, werden nicht zahlen, werde ich nicht zahlen, werden wir nicht zahlen",
        "werde ich nicht bezahlen, werde nicht bezahlen, bezahle nicht, bezahle ich nicht",
        "zu viel berechnet, zuviel berechnet, doppelt berechnet, nicht geschuldet, schulde ihnen nicht",
        "schulden ihnen nicht, unberechtigte forderung, unberechtigte rechnung, erkenne die rechnung nicht",
    )
    denials: tuple[str, ...] = _words(
        "nessun, nessuna, nessun tipo di, senza, non ho, non ho un, non ho alcun, non ho alcuna, non ho da",
        "non abbiamo, non e un, non e una, non voglio, non vogliamo, non intendo, non vorrei, niente da",
        "alcun motivo di, nessun motivo di, zaden, zadnych, zadnej, zadnego",
        "zadne, brak, bez, nie mam, to nie, nie jest to",
        "nie chce, nie chcemy, nie zamierzam, nie sklada, nie skladam",
        "no, without, without any, not a, no cause for, no reason to, nothing to, have no, don t have any, isn t a",
        "not want to, don t want to, cannot, can t, no intention to, not going to",
        "kein, keine, keinen, keinerlei, nicht, ohne, kein grund zur, keinen grund zur, nichts",
        "keiner, keinem, kein anlass zur, keinen anlass zur, ohne jede, ohne jeden, nicht vor zu, mochte nicht",
        "mochten nicht, will nicht, wollen nicht, werde nicht, werden nicht",
    )
    """What, right before a word of complaint, withdrawal or termination, denies it."""
    thanks: tuple[str, ...] = _words(
        "grazie, ringrazi, tutto a posto, tutto bene, tutto ok, tutto perfett, tutto in ordine, tutto regolar",
        "tutto arrivato, perfett, ottim, benissimo, molto bene, va bene, d accordo, soddisfatt, content",
        "dzieki, dziekuj, podziekow, wszystko ok",
        "wszystko jest ok, wszystko w porzadku, wszystko gra, wszystko dobrze",
        "wszystko jest w porzadku, jest super, super., jest ok, swietnie, zadowol",
        "thank, thx, all fine, all good",
        "all ok, everything is fine, everything is ok, everything fine, everything ok",
        "everything is good, everything is great, everything works, great, perfect, very happy, satisfied, excellent",
        "danke, dank., alles gut, alles in ordnung, alles bestens, alles angekomm, alles prima, passt alles, zufried",
        "perfekt, wunderbar, klasse., toll., sehr gut, bestens, einwandfrei, alles ok, alles okay, alles da.",
        "alles heil, heil angekomm, gut angekomm, hat geklappt, sehr schon, wunderschon, freue mich, freuen uns",
        "begeister, passt., passt gut, in ordnung, herzlichen dank, vielen dank, besten dank",
    )
    requests: tuple[str, ...] = _words(
        "chiam, telefon, richiam, ricontatt, contatt, manda, invia",
        "spedi, vorre, potet, puo, possi, quando, come mai",
        "perche, serve, servono, bisogn, aspett, attend, attes, manca, ma., pero, tranne, purtroppo, ancora, fatemi",
        "fammi, sapere, dove, se., non., no., per favore, cortesemente, urgen, entro, domani, pagare, pagato, fattur",
        "prosze, prosic, poprosz, zadzwon, oddzwon, wysl, przesl, kiedy, gdzie, dlaczego, czy, czeka, brakuj, ale.",
        "jednak, niestety, jeszcze, nie., chcial, potrzeb, moze, mozna, pilne, jutro, faktur, zaplac",
        "please, call, send, when, where, why, could, would, can, need, want, wait, missing, but., however, except",
        "unfortunately, yet, still, not., don t, isn t, let me know",
        "tell, urgent, tomorrow, invoice, pay, paid, until, for nothing, late., delay, another, only, half, apart from",
        "per niente, ritard, solo., soltanto, meta., eccetto, a parte, salvo., tolto.",
        "za nic, opozni, znow, oprocz, procz, poza, tylko, polow",
        "bitte, wann., wo., warum, wieso, konnen, konnt, mochte, brauch, fehl, leider, noch., nicht, anruf, rufen",
        "schick, morgen, dringend, rechnung, bezahl, zahl, warte, ausser, nur., aber.",
        "melden, melde., sagen sie, wissen., bescheid, hatte., hatten., wurde gern, wurden gern, benotig, offen.",
        "nochmal, noch einmal, problem, frage., fragen., allerdings, jedoch, obwohl, statt., spater, heute, erst.",
        "trotz, bis auf, halb, hilfe, helfen, termin, umtausch, kein., keine., keinen., sobald, damit",
    )
    """What, beside words of thanks, still may ask somebody for something."""
    max_thanks_words: int = 30
    """A longer mail is read by a person, whatever it says."""

    def __post_init__(self) -> None:
        """Check the lists.

        Raises:
            ValueError: a stem is empty or so short that it fits everywhere; `max_thanks_words` is below 1.
        """
        for kind in Urgency:
            short = [stem for stem in self.stems(kind) if len(stem.strip(" .")) < _SHORTEST]
            if short:
                raise ValueError(
                    f"trouble.{kind}: {short[0]!r} fits too many words; write at least {_SHORTEST} letters"
                )
        if self.max_thanks_words < 1:
            raise ValueError("trouble.max_thanks_words: must be at least 1")

    def stems(self, kind: Urgency) -> tuple[str, ...]:
        """The stems of one kind."""
        stems: tuple[str, ...] = getattr(self, kind.value)
        return stems


_SHORTEST = 3

DEFAULT = TroubleWords()
