import { type Vocabulary, words } from './vocabulary.ts'

export const german: Vocabulary = {
  fields: [
    {
      subjects: words(
        'Python, SQL, JavaScript, TypeScript, Java, Webentwicklung, Datenbanken, Datenanalyse, Datenschutz, IT-Sicherheit, Künstliche Intelligenz, Maschinelles Lernen, Softwaretests, Barrierefreie Websites, Linux, Git, Netzwerktechnik, Agile Entwicklung, Spezifikationen schreiben, Schnittstellen entwerfen',
      ),
      places: words(
        'im Mittelstand, in der Verwaltung, in der Forschung, in kleinen Teams, an Hochschulen, im Gesundheitswesen, im Onlinehandel, in der Industrie, in Banken, in großen Projekten',
      ),
      audiences: ['beginners', 'career_changers', 'trainees', 'students', 'developers', 'product_owners', 'managers'],
      skills: words(
        'Anforderungen klar aufzuschreiben, Fehler früh zu finden, Daten sicher abzulegen, eigene Werkzeuge zu bauen, fremden Code zu lesen, Ergebnisse verständlich darzustellen, Änderungen gefahrlos auszuliefern, große Datenmengen auszuwerten',
      ),
      stems: words('Daten, Software, Netzwerk, System, Schnittstellen, Sicherheits, Nutzer, Modell, Server, Abfrage'),
    },
    {
      subjects: words(
        'Tabellenkalkulation, Buchführung, Lohnabrechnung, Umsatzsteuer, Zeitmanagement, Geschäftsbriefe, Protokolle schreiben, Projektmanagement, Einkauf, Vertragsrecht, Reisekosten, Ablage und Archiv, Präsentationen, Terminplanung, Bürokommunikation, Rechnungsprüfung, Kostenrechnung, Jahresabschluss',
      ),
      places: words(
        'im Büro, im Homeoffice, in der Verwaltung, im Verein, im Handwerk, in der Kanzlei, im Familienbetrieb, in der Arztpraxis, im Mittelstand',
      ),
      audiences: [
        'beginners',
        'career_changers',
        'trainees',
        'professionals',
        'self_employed',
        'small_businesses',
        'volunteers',
      ],
      skills: words(
        'Belege richtig zuzuordnen, Fristen einzuhalten, Zahlen übersichtlich darzustellen, Vorlagen anzulegen, Kosten zu schätzen, Abläufe zu vereinfachen, Unterlagen schnell wiederzufinden, Verträge zu verstehen',
      ),
      stems: words('Kosten, Rechnungs, Projekt, Termin, Vertrags, Haushalts, Personal, Beleg, Monats, Steuer'),
    },
    {
      subjects: words(
        'Mitarbeitergespräche, Konfliktlösung, Führung auf Distanz, Delegieren, Feedback, Moderation, Verhandeln, Personalauswahl, Teamentwicklung, Strategie, Veränderungen begleiten, Gesund führen, Entscheidungen treffen, Zielvereinbarungen, Mentoring, Vielfalt im Team, Nachwuchs gewinnen',
      ),
      places: words(
        'im Mittelstand, in der Pflege, in der Produktion, in verteilten Teams, im öffentlichen Dienst, in Vereinen, im Familienbetrieb, in Krisenzeiten',
      ),
      audiences: [
        'managers',
        'career_changers',
        'professionals',
        'self_employed',
        'product_owners',
        'volunteers',
        'small_businesses',
      ],
      skills: words(
        'schwierige Gespräche vorzubereiten, Aufgaben gut zu verteilen, Ziele messbar zu machen, Spannungen früh zu bemerken, Besprechungen kurz zu halten, Kritik fair zu äußern, Neue einzuarbeiten, Entscheidungen zu begründen',
      ),
      stems: words(
        'Team, Führungs, Gesprächs, Ziel, Konflikt, Personal, Strategie, Mitarbeiter, Entwicklungs, Besprechungs',
      ),
    },
    {
      subjects: words(
        'Brandschutz, Erste Hilfe, Arbeitsschutz, Ladungssicherung, Gefahrstoffe, Gabelstapler, Lärmschutz, Leitern und Gerüste, Schutzausrüstung, Unterweisungen, Gefährdungsbeurteilung, Sicher auf der Straße, Maschinensicherheit, Explosionsschutz, Evakuierung, Absturzsicherung, Hautschutz',
      ),
      places: words(
        'im Handwerk, auf der Baustelle, im Lager, in der Logistik, in der Werkstatt, in Großküchen, im Außendienst, im Labor, in der Chemie, im Krankenhaus',
      ),
      audiences: [
        'beginners',
        'trainees',
        'professionals',
        'managers',
        'small_businesses',
        'volunteers',
        'career_changers',
      ],
      skills: words(
        'Gefahren zu erkennen, im Notfall ruhig zu handeln, Unfälle zu melden, Rettungswege freizuhalten, Prüfungen zu dokumentieren, Vorschriften richtig zu lesen, Kolleginnen und Kollegen zu unterweisen, Schutzmaßnahmen auszuwählen',
      ),
      stems: words(
        'Brandschutz, Gefahrstoff, Unfall, Lager, Rettungs, Notfall, Maschinen, Lärm, Arbeitsschutz, Flucht',
      ),
    },
    {
      subjects: words(
        'Holzbearbeitung, Schweißen, Elektroinstallation, Fliesenlegen, Dämmung, Straßenbau, Mauerwerk, Dachbegrünung, Wärmepumpen, Photovoltaik, Malerarbeiten, Möbelbau, Metallbearbeitung, Technisches Zeichnen, Aufmaß und Abrechnung, Fußböden, Solarthermie, Lehmputz',
      ),
      places: words(
        'im Altbau, im Neubau, in kleinen Betrieben, bei der Sanierung, im öffentlichen Bau, im Denkmalschutz, auf Großbaustellen, im Holzbau',
      ),
      audiences: [
        'beginners',
        'career_changers',
        'trainees',
        'professionals',
        'self_employed',
        'private_individuals',
        'small_businesses',
      ],
      skills: words(
        'Maße sauber zu nehmen, Werkzeug richtig zu pflegen, Material zu berechnen, Angebote zu schreiben, Schäden zu beurteilen, Pläne zu lesen, Anschlüsse dicht auszuführen, die richtige Größe zu bestimmen',
      ),
      stems: words('Bau, Holz, Dach, Wärme, Material, Werkzeug, Dämmstoff, Fassaden, Montage, Oberflächen'),
    },
    {
      subjects: words(
        'Wundversorgung, Sturzprophylaxe, Demenz verstehen, Pflegedokumentation, Ernährung im Alter, Palliativpflege, Mundpflege, Säuglingspflege, Arzneimittel, Händehygiene, Rückenschonend arbeiten, Gespräche mit Angehörigen, Notfälle erkennen, Biografiearbeit, Schmerzen lindern, Diabetes',
      ),
      places: words(
        'in der ambulanten Pflege, im Krankenhaus, zu Hause, im Pflegeheim, in der Tagespflege, in der Reha, im Nachtdienst, im Hospiz',
      ),
      audiences: ['caregivers', 'trainees', 'professionals', 'career_changers', 'private_individuals', 'volunteers'],
      skills: words(
        'Veränderungen aufmerksam zu beobachten, Maßnahmen zu begründen, die eigenen Kräfte einzuteilen, Angehörige einzubeziehen, sicher zu dokumentieren, Beschwerden richtig einzuschätzen, würdevoll zu begleiten, Hilfsmittel auszuwählen',
      ),
      stems: words(
        'Pflege, Hygiene, Medikamenten, Ernährungs, Wund, Schmerz, Bewegungs, Betreuungs, Patienten, Schicht',
      ),
    },
    {
      subjects: words(
        'Gemüse anbauen, Obstbäume schneiden, Kräuterkunde, Moose und Flechten, Kompost, Wildbienen, Balkonpflanzen, Imkerei, Bodenkunde, Naturfotografie, Vogelstimmen, Regenwasser nutzen, Hochbeete, Rosen, Pilze bestimmen, Insektenfreundlich gärtnern',
      ),
      places: words(
        'in der Stadt, auf dem Land, am Haus, im Frühjahr, im Herbst, an der Schule, im Kleingarten, bei Trockenheit',
      ),
      audiences: ['beginners', 'private_individuals', 'parents', 'teachers', 'volunteers', 'self_employed'],
      skills: words(
        'Arten sicher zu unterscheiden, den richtigen Zeitpunkt zu finden, Schädlinge natürlich zu bekämpfen, Böden zu verbessern, Wasser zu sparen, ein Jahr im Voraus zu planen, Beobachtungen festzuhalten, mit wenig Platz auszukommen',
      ),
      stems: words('Garten, Boden, Pflanz, Aussaat, Kräuter, Bienen, Wasser, Ernte, Jahreszeiten, Arten'),
    },
    {
      subjects: words(
        'Deutsch, Englisch, Spanisch, Französisch, Italienisch, Polnisch, Türkisch, Ukrainisch, Portugiesisch, Niederländisch, Arabisch, Dänisch, Leichte Sprache, Gebärdensprache',
      ),
      places: words(
        'im Beruf, auf Reisen, im Alltag, am Telefon, in der Pflege, in der Gastronomie, im Studium, bei Behörden, auf Geschäftsreise',
      ),
      audiences: ['beginners', 'trainees', 'students', 'professionals', 'private_individuals', 'parents', 'volunteers'],
      skills: words(
        'einfache Gespräche zu führen, nach dem Weg zu fragen, Texte zu überfliegen, deutlich auszusprechen, Nachrichten zu schreiben, am Telefon zurückzufragen, Fehler gelassen zu nehmen, den Wortschatz zu wiederholen',
      ),
      stems: words('Wortschatz, Grammatik, Aussprache, Gesprächs, Reise, Prüfungs, Hör, Schreib, Alltags, Vokabel'),
    },
    {
      subjects: words(
        'Unterricht planen, Klassenführung, Lesen fördern, Rechnen fördern, Medienbildung, Elterngespräche, Digitale Übungen, Inklusion, Prüfungen gestalten, Lernspiele, Sprachförderung, Projektunterricht, Stimme und Körpersprache, Lerntechniken, Kreatives Schreiben, Experimente',
      ),
      places: words(
        'in der Grundschule, in der Berufsschule, an Hochschulen, in der Kita, in der Erwachsenenbildung, im Fernunterricht, am Gymnasium, im Ganztag',
      ),
      audiences: ['teachers', 'parents', 'students', 'career_changers', 'volunteers', 'professionals'],
      skills: words(
        'Übungen abwechslungsreich zu gestalten, Lernziele zu formulieren, Gruppen zu leiten, Rückmeldung zu geben, Störungen gelassen zu begegnen, Material weiterzuverwenden, Fortschritte sichtbar zu machen, Neugier zu wecken',
      ),
      stems: words('Unterrichts, Lern, Klassen, Lese, Prüfungs, Förder, Medien, Übungs, Eltern, Schul'),
    },
    {
      subjects: words(
        'Verkaufsgespräche, Reklamationen, Warenkunde, Schaufenster gestalten, Kassenführung, Lagerhaltung, Onlinemarketing, Soziale Medien, Gefunden werden im Netz, Preise gestalten, Stammkundschaft, Newsletter, Nachhaltig verpacken, Käse und Wein, Küchenhygiene, Warenpräsentation',
      ),
      places: words(
        'im Einzelhandel, in der Gastronomie, im Hotel, im Großhandel, im Hofladen, im Onlinehandel, auf Messen, in der Bäckerei, im Weinbau',
      ),
      audiences: [
        'beginners',
        'career_changers',
        'trainees',
        'professionals',
        'self_employed',
        'small_businesses',
        'managers',
      ],
      skills: words(
        'Wünsche genau zu erfragen, Beschwerden in Lob zu verwandeln, Bestände zu überblicken, ansprechend zu fotografieren, Preise zu begründen, Abläufe einzuüben, Stammgäste zu gewinnen, Kampagnen auszuwerten',
      ),
      stems: words('Kunden, Verkaufs, Waren, Lager, Preis, Werbe, Bestell, Hygiene, Umsatz, Saison'),
    },
  ],
  audiences: {
    beginners: 'Einsteigerinnen und Einsteiger',
    career_changers: 'Quereinsteigende',
    trainees: 'Auszubildende',
    students: 'Studierende',
    professionals: 'Berufstätige',
    self_employed: 'Selbstständige',
    managers: 'Führungskräfte',
    teachers: 'Lehrkräfte',
    parents: 'Eltern',
    private_individuals: 'Privatleute',
    volunteers: 'Ehrenamtliche',
    developers: 'Entwicklungsteams',
    product_owners: 'Produktverantwortliche',
    caregivers: 'Pflegekräfte',
    small_businesses: 'kleine Betriebe',
  },
  forWhom: 'für',
  kinds: words(
    'Einführung, Grundlagen, Praxiskurs, Vertiefung, Aufbaukurs, Kompaktkurs, Werkstatt, Training, Auffrischung, Intensivkurs, Überblick, Seminar, Lehrgang, Wochenendkurs, Onlinekurs, Prüfungsvorbereitung, Selbstlernkurs, Schnupperkurs, Fortbildung',
  ),
  extras: [
    '',
    ...words(
      'mit Übungen, Schritt für Schritt, mit Zertifikat, mit Fallbeispielen, zum Mitmachen, mit Checklisten, kurz und verständlich, in kleinen Gruppen, nach neuem Stand, mit Abschlusstest, im eigenen Tempo, mit Musterlösungen, ohne Vorkenntnisse',
    ),
  ],
  heads: words(
    'plan, übersicht, prüfung, beispiel, checkliste, konzept, protokoll, regeln, bericht, größen, auswahl, vorlage, planung, fehler, fragen, ablauf, gruppen, analyse, kalender, kontrolle, werte, kartei, maßnahmen, verzeichnis, training, formular, statistik, entwurf, pflege, nachweis, mappe, vergleich, übungen, richtlinie, grundsätze, tagebuch, bestand, skizze, ordnung, archiv, wettbewerb, lexikon',
  ),
  joint: '',
  and: 'und',
  towns: words(
    'Köln, München, Leipzig, Zürich, Wien, Hamburg, Würzburg, Gießen, Görlitz, Lübeck, Graz, Bern, Meißen, Nürnberg, Freiburg, Münster, Düsseldorf, Saarbrücken, Füssen, Tübingen, Großenhain, Jena, Kassel, Ulm, Bregenz, Chur, Husum, Goslar, Plauen, Bautzen, Pirna, Cham, Aurich, Emden, Zwickau, Straubing, Neuruppin, Quedlinburg, Weißenfels, Krems, Villach, Thun, Aarau, Steyr, Dornbirn, Schwäbisch Hall, Mühlhausen, Güstrow, Celle, Uelzen, Soest, Höxter, Brühl, Bühl, Kronach, Kulmbach, Ansbach, Öhringen, Übach, Ueckermünde',
  ),
  sentences: {
    opening: [
      'Dieser Kurs führt verständlich in das Thema {subject} ein.',
      'Das Thema {subject} begegnet vielen täglich, und doch bleibt oft wenig Zeit, sich gründlich damit zu beschäftigen.',
      'Wer sich mit dem Thema {subject} beschäftigt, steht schnell vor vielen offenen Fragen; hier werden sie der Reihe nach beantwortet.',
      'Du möchtest beim Thema {subject} endlich sicher werden? Dann bist du hier richtig.',
      'Was du über das Thema {subject} wissen musst, passt in einen einzigen gut gegliederten Kurs.',
      'Vom ersten Begriff bis zur eigenen Lösung: Das Thema {subject} wird hier an echten Fällen aus dem Alltag erklärt.',
      'Neue Regeln, neue Werkzeuge, neue Erwartungen: Beim Thema {subject} hat sich in den letzten Jahren einiges geändert.',
      'Ohne Umwege und ohne Fachchinesisch: So gelingt der Zugang zum Thema {subject}.',
    ],
    audience: [
      'Der Kurs richtet sich an {audience}.',
      'Gedacht ist das Angebot vor allem für {audience}, offen steht es allen.',
      'Besonders geeignet ist der Kurs für {audience}, die das Gelernte gleich anwenden wollen.',
      'Die Inhalte wurden für {audience} entwickelt und gemeinsam mit ihnen erprobt.',
      'Zugeschnitten ist der Kurs auf {audience} mit wenig Zeit.',
    ],
    skills: [
      'Du lernst, {skill}, {skill2} und {skill3}.',
      'Am Ende bist du in der Lage, {skill} und {skill2}.',
      'Im Mittelpunkt steht die Frage, wie es gelingt, {skill}; außerdem übst du, {skill2}.',
      'Schritt für Schritt übst du, {skill}, {skill2} und schließlich auch {skill3}.',
      'Du nimmst mit, worauf es ankommt: {skill}, {skill2} und {skill3}.',
    ],
    terms: [
      'Behandelt werden unter anderem {terms}.',
      'Zu den Stichworten gehören {terms}.',
      'Eigene Abschnitte gibt es zu {terms}.',
      'Als Arbeitshilfen liegen {terms} bei.',
      'Auch {terms} kommen zur Sprache.',
    ],
    format: [
      'In {lessons} Lektionen wechseln kurze Videos, Texte und Übungen einander ab.',
      'Die {lessons} Lektionen dauern jeweils etwa zwanzig Minuten und lassen sich frei einteilen.',
      'Jede der {lessons} Lektionen schließt mit einem kleinen Test und ausführlichen Lösungen.',
      'Der Stoff ist auf {lessons} Lektionen verteilt, die aufeinander aufbauen.',
      'Zu allen {lessons} Lektionen gibt es Arbeitsblätter zum Herunterladen.',
    ],
    town: [
      'Die Beispiele stammen aus einem Betrieb in {town}.',
      'Entstanden ist der Kurs in Zusammenarbeit mit einer Bildungsstätte in {town}.',
      'Ein Besuch in {town} zeigt, wie es andere machen.',
      'Zweimal im Jahr findet dazu ein Treffen in {town} statt.',
    ],
    before: [
      'Vorkenntnisse sind nicht nötig.',
      'Erste Erfahrungen sind hilfreich, aber keine Voraussetzung.',
      'Vorausgesetzt wird nur die Bereitschaft, auch zwischen den Lektionen etwas auszuprobieren.',
      'Wer die Grundlagen schon kennt, überspringt die ersten beiden Lektionen.',
      'Ein Computer mit Internetzugang genügt.',
    ],
    closing: [
      'Nach dem Abschlusstest erhältst du eine Teilnahmebescheinigung.',
      'Fragen werden im Forum innerhalb weniger Tage beantwortet.',
      'Die Unterlagen bleiben auch nach dem Kurs zugänglich.',
      'So bleibt nach dem Kurs nicht nur Wissen, sondern eine fertige Lösung für den eigenen Alltag.',
      'Wer dranbleibt, spürt schon nach wenigen Wochen den Unterschied.',
      'Viel Freude beim Lernen und Üben!',
    ],
  },
}
