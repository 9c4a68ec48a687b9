"""Words that are not a person's own, folded, of Spanish, English, Portuguese and French.

The classes are disjoint in use: see `grades.py` for what each of them means to the guard.
"""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PARTICLES: Final = _words(
    "de del la las los el y e da das do dos du des le les et of the and von van der den di"
)
"""Small words within names and places: they may be left out or put in."""

CONJUNCTIONS: Final = _words("y e et and")
"""Words that name two people, or join two things to one name."""

SAINTS: Final = _words("san santa santo sao saint sainte")
"""Words that make a place or a feast of the first name after them."""

ARTICLES: Final = _words(
    "el la los las un una unos unas lo um uma the an le les une l al del au aux du des da"
)
"""Words after which a common word is a thing, whatever its first letter."""

FUNCTION_WORDS: Final = (
    _words(
        """a al ante bajo con contra de del desde el en entre es esta este esto fue ha hay la las lo los mas
        me mi muy nada ni no nos o para pero por que se ser si sin sobre son su sus tan te tu un una
        uno y ya yo suelo sal an and are as at be been but by for from had has have he her him his
        if in into is it its my not of on or our she so than that the their them they this to up was
        we were who will with you your i us do did ao aos as ate com como da das dela dele dos e em
        essa esse foi isso mais mas na nas nao nem no nos num numa os ou pela pelo pois sao sem seu
        sua tem um uma vos au aux avec ce ces cette dans des du elle elles en est et eux il ils je
        la le les leur lui ma mais meme mes ne nous ou par pas pour qu que qui sa ses son sont sur
        toi tes un une vous"""
    )
    | PARTICLES
)

CALENDAR: Final = _words(
    """enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes
    martes miercoles jueves viernes sabado domingo january february march april may june july august
    september october november december monday tuesday wednesday thursday friday saturday sunday
    janeiro fevereiro marco maio junho julho setembro outubro novembro dezembro segunda terca quarta
    quinta sexta janvier fevrier mars avril mai juin juillet aout septembre octobre novembre
    decembre lundi mardi mercredi jeudi vendredi samedi dimanche"""
)
"""Capitalised in English wherever they stand, so a capital proves nothing."""

COMMON_WORDS: Final = _words(
    """luz paz flor flores sol rosa rosas esperanza mercedes hope grace faith joy luna estrella alma amor
    angel angeles cruz reyes rey rios rio campos campo santos santo santa iglesias iglesia torres
    torre guerra castillo montes monte rojas roja rojo blanco blanca moreno morena leal bravo brava
    prado casas casa vela mora parra calle calles soledad dolores consuelo remedios socorro pilar
    rosario milagros gloria victoria libertad justicia dulce fe piedad caridad caminos camino
    fuentes fuente vega rivera cortes valle valles rosal jardin nieves nieve mar marina perla gema
    jazmin azucena margarita dalia violeta lirio iris aurora alba estela celeste clara linda bella
    pura salud refugio encarnacion asuncion concepcion natividad trinidad presentacion visitacion
    inmaculada guadalupe belen amparo pena penas vida verdad primavera abril ramos rubio delgado
    delgada calvo crespo franco cordero lobo toro leon cabrera pastor guerrero guerrera herrera
    molina zapatero soldado caballero marques conde mayor bueno buena barrio puebla lugo cuesta
    costa plaza puente puentes palma palmas olmo pino pinos rocha lima silva pereira oliveira
    carvalho ribeiro pinto moura luzes flora aparecida conceicao gracas vitoria liberdade ribeira
    serra serena mata machado nascimento barros teixeira coelho leite pires rose lily daisy violet
    ivy ruby pearl amber crystal jade summer autumn spring dawn sky star angel melody harmony
    justice justica liberty patience prudence charity constance mercy honor honour verity felicity
    summer robin wren king queen knight bishop pope prince young old brown black white green gray
    grey stone rock hill hills field fields wood woods brook rivers river lake banks bank price day
    may march june rich poor long short strong wise small little noble page mark will bill sue art
    dean miles pat jack drew chase hunter cook baker smith taylor potter fisher miller mason
    shepherd parsons bell ball bond booth burns cross cole rice wells west north south east paix
    fleur fleurs espoir lumiere soleil lune etoile amour ange blanche claire aimee desiree reine roi
    petit petite grand grande legrand blanc noir roux fontaine rue place mer dupont olive rosee aube
    france paris marine celeste colombe cerise prune charlotte madeleine mujer mujeres hombre nina
    nino madre padre hermana hija maestra maestro agua tierra territorio monte cielo norte sur
    oriente occidente centro comunidad defensora defensoras defensor abogada periodista lider
    lideresa women woman mother father sister daughter teacher water earth land leader lawyer
    defender defenders mulher mulheres homem mae pai irma filha professora terra defensoras advogada
    jornalista femme femmes homme mere pere soeur fille maitresse terre avocate defenseuse
    defenseuses fuerza forca force pan pao pain bread trabajo trabalho travail dignidad dignidade
    dignite dignity memoria memory memoire igualdad igualdade egalite equality power pouvoir"""
)
"""Words of daily prose that are also names, or are joined to one (`Luz y Fuerza`)."""

FREQUENT_NAMES: Final = _words(
    """maria ana juana juan jose luis carlos miguel manuel pedro pablo francisco francisca antonio antonia
    marta martha berta bertha carmen teresa elena laura lucia sofia isabel julia claudia patricia
    sandra adriana gabriela daniela alejandra alejandro fernanda fernando andrea monica veronica
    silvia beatriz diana paula carolina cristina raquel irene rosalia juanita ines eva alicia
    cecilia susana ruth esther ester sara sarah rebeca raul jorge roberto ricardo eduardo javier
    sergio mario alberto oscar rafael ramon diego david daniel gabriel felipe andres tomas vicente
    gustavo ernesto enrique hector hugo ivan jaime joaquin lorenzo marcos martin nicolas samuel
    simon mary anna anne ann jane john james robert michael william thomas elizabeth margaret susan
    linda barbara jennifer helen nancy karen lisa emily emma alice lucy catherine katherine kate
    rachel laura julie peter paul george charles henry edward joseph simone joao mariana luiza luisa
    fernandes beatriz leticia camila juliana patricia luciana marcia sonia vera marielle tereza
    paulo rodrigo thiago tiago marcelo marie jeanne jean pierre jacques louis louise francoise
    catherine nathalie isabelle sylvie monique helene valerie sophie celine camille nicole michel
    philippe alain andre bernard garcia hernandez lopez martinez gonzalez perez sanchez ramirez
    gomez diaz jimenez ruiz alvarez romero gutierrez ortiz chavez morales mendoza aguilar vazquez
    vasquez castro fernandez juarez medina munoz dominguez estrada rodriguez vargas salazar
    contreras guzman velasquez velazquez ortega nunez suarez navarro mejia johnson williams jones
    davis wilson anderson jackson harris thompson roberts evans edwards collins morris clark lewis
    walker hall allen wright scott adams nelson carter mitchell campbell parker murphy kelly souza
    sousa ferreira alves gomes martins araujo almeida lopes soares vieira barbosa cardoso rodrigues
    goncalves dias ramalho nunes mendes freitas bernard dubois durand moreau laurent lefebvre leroy
    roussel david bertrand morel girard lambert dupuis faure fournier mercier xavier muller meyer
    schmidt schneider fischer weber wagner"""
)
"""Names that so many people bear that a public person of the same name is to be expected."""

PLACE_NOUNS: Final = _words(
    """rio lago laguna arroyo sierra cerro volcan isla puerto ciudad municipio hospital hotel radio escuela
    ejido avenida parque estadio river lake mount mountain island port city town street avenue park
    school lagoa ilha porto cidade vila fazenda escola bairro riviere fleuve lac mont ile ville rue
    avenue parc ecole lycee"""
)
"""Words whose capital neighbour is the name of a place."""

LANDS: Final = _words(
    """isla puerto ciudad municipio rio lago laguna sierra cerro volcan bahia island port city county river
    lake mount bay ilha porto cidade baia lagoa ile ville fleuve lac mont baie"""
)
"""Words that make the name of a place of a capital word with `of` between: none that a person may own."""

TITLES: Final = _words(
    """sra sr srta senora senor dona don doctora doctor dra dr lic licenciada maestra profesora prof ing
    compa companera hermana madre tia abuela nana comadre ms mrs mr miss madam madame mme mlle
    sister mother teacher auntie comrade professora companheira irma tia soeur mere camarade familia
    family famille caso case affaire"""
)
"""Words before a name that are not part of another person's name."""

GROUP_WORDS: Final = _words(
    """red colectivo colectiva colectivas centro comunidad asociacion organizacion frente movimiento
    consejo comite coordinadora cooperativa casa fundacion alianza union grupo mujeres instituto
    network collective community association organization organisation council committee cooperative
    foundation alliance group women womens movement rede coletivo coletiva comunidade associacao
    organizacao conselho mulheres reseau collectif communaute conseil femmes groupe mouvement"""
)
"""First words of groups' names, whose other words are said every day: only all of them together count."""

GROUP_ENDINGS: Final = _words(
    """network collective community association organization organisation council committee cooperative
    foundation alliance group movement"""
)
"""Last words of the names of groups."""

PHONE_LABELS: Final = _words(
    """phone phones telephone tel telefono telefonos telefone celular cell cel mobile movil portable
    whatsapp signal telegram fax handy"""
)
"""Labels of private details, as people write them: numbers that reach her."""

PLACE_LABELS: Final = _words(
    """place places lugar address addresses direccion domicilio endereco adresse home casa hogar work
    trabajo workplace office oficina street calle town village pueblo comunidad municipio localidad
    colonia barrio rancho school escuela location ubicacion lieu local morada residence residencia
    church iglesia"""
)
"""Labels of places where she can be found."""

OTHER_LABELS: Final = _words(
    """email mail correo e note notes nota notas other otro otra contact contacto contato family familia
    famille mother madre mae mere father padre pai pere sister hermana irma soeur brother hermano
    irmao frere daughter hija filha fille son hijo filho fils husband esposo marido mari partner
    pareja children hijas hijos id curp passport pasaporte birthday nacimiento age edad car coche
    carro auto placas health salud"""
)
"""Labels of other private details."""

LABEL_PARTICLES: Final = _words("""de del la el her his of the du da do le number numero num no nr s""")
"""Small words within labels."""

DIMINUTIVES: Final = _words(
    """ita ito itas itos cita cito citas citos zita zito inha inho inhas inhos zinha zinho ette ettes illa
    illo chen lein"""
)
"""Endings that make a pet name."""
