from digibel.problems import Conflict, NotFound, Problem


class MoveNotAllowed(Conflict):
    code = "move_not_allowed"
    message = "This can no longer be done: it is {was} now."


class AlreadyTaken(Conflict):
    code = "already_taken"
    message = "Somebody else was faster. Thank you all the same."


class OfferGone(Conflict):
    code = "offer_gone"
    message = "This offer is no longer open."


class SeriesGoesOn(Conflict):
    code = "series_goes_on"
    message = "This visit is one of a series that goes on. End the series first; a week after its last visit we ask."


class FollowUpFirst(Conflict):
    code = "follow_up_first"
    message = "A visit was made, and nobody has asked yet how it is since. Note that first, with the four questions."


class NoSeries(Conflict):
    code = "no_series"
    message = "No series goes on here. Look at the request again."


class NoVisitMadeYet(Conflict):
    code = "no_visit_made_yet"
    message = "No visit of this series has been made yet. Close the request if they want none at all."


class NoGoal(Problem):
    code = "no_goal"
    message = "Say in a few words what they want to be able to do at the end."


class OneEnd(Problem):
    code = "one_end"
    message = "Give a number of visits, from {least} to {most}, or a last day within a year: one of the two."


class NoSuchRhythm(Problem):
    code = "no_such_rhythm"
    message = "Choose every week, every two weeks or every four weeks."


class NoSuchWindow(Problem):
    code = "no_such_window"
    message = "That number was not offered. Choose one of the numbers in the text."


class NoLongerFree(Conflict):
    code = "no_longer_free"
    message = "This moment has been taken meanwhile. Choose another moment."


class NotForVolunteers(Conflict):
    code = "not_for_volunteers"
    message = "Nothing in this request may be done by a volunteer. Make a slip instead."


class NoOwnYes(Conflict):
    code = "no_own_yes"
    message = "The client has not said yes yet. Ring them first."


class RequestClosed(Conflict):
    code = "request_closed"
    message = "This request is closed. Open a new one for a new question."


class ClientAway(Conflict):
    code = "client_away"
    message = "The client is away for now. Start again when they are back."


class Restricted(Conflict):
    code = "restricted"
    message = (
        "What we know of this person is kept and not used, as they asked. Lift the restriction first, if they agree."
    )


class ChooseCompanion(Conflict):
    code = "choose_companion"
    message = "Who goes along is chosen by hand. Tick somebody with experience."


class TwoAreGoing(Conflict):
    code = "two_are_going"
    message = "Two people are booked for this visit. Cancel the visit of one of them first."


class TooNearForTwo(Conflict):
    code = "too_near_for_two"
    message = "The visit is too near to find a second person. Cancel it, then say that two go."


class OneLetterForTwo(Conflict):
    code = "one_letter_for_two"
    message = "One letter names both who come. Print it at the visit of the first, once both are known."


class TwoCannotMove(Conflict):
    code = "two_cannot_move"
    message = "Two people go to this visit. Cancel it, and ask both for another moment."


class AlreadyBooked(Conflict):
    code = "already_booked"
    message = "A visit is booked already. Cancel it before asking others."


class NoCandidates(Conflict):
    code = "no_candidates"
    message = "Nobody can be asked now. Look at the reasons, or change the moments."


class NotACandidate(Conflict):
    code = "not_a_candidate"
    message = "One of these volunteers cannot be asked: {reason}."


class BeingAsked(Conflict):
    code = "being_asked"
    message = "Volunteers are being asked for this already. Wait for their answers."


class PlanChanged(Conflict):
    code = "plan_changed"
    message = "Somebody else has changed or sent this plan meanwhile. Look at it again first."


class NotInThePlan(Conflict):
    code = "not_in_the_plan"
    message = "This is no longer possible. Choose another volunteer or another moment."


class AlreadyMoved(Conflict):
    code = "already_moved"
    message = "This visit stands at another moment by now. Look at it again first."


class TooLateToMove(Conflict):
    code = "too_late_to_move"
    message = "This visit should have begun already. Note what happened instead."


class NoMomentChosen(Problem):
    code = "no_moment_chosen"
    message = "Choose one of the moments, or fill in a day and an hour."


class TooSoon(Problem):
    code = "too_soon"
    message = "Choose a moment that is at least an hour from now: both sides still have to hear of it."


class CannotGoThen(Conflict):
    code = "cannot_go_then"
    message = "The volunteer cannot go then: {reason}. Choose another moment."


class StaffFirst(Conflict):
    code = "staff_first"
    message = "Something about this home is for staff first. A coordinator lets a volunteer go, and says why."


class TooEarly(Conflict):
    code = "too_early"
    message = "The visit has not begun. Say IN at the door first."


class CardClosed(NotFound):
    code = "card_closed"
    status = 410
    message = "This card is closed. Ring the organisation if you need something."


class NoSuchCard(NotFound):
    code = "no_such_card"
    message = "This link does not fit a visit. Look at the last text you received, or ring the organisation."


class NotAnAddress(Problem):
    code = "not_an_address"
    message = "This is no e-mail address. Write it as name@example.be."


class NoMail(Conflict):
    code = "no_mail"
    message = "No mail leaves from here. Take the address of the calendar instead."


class VisitThen(Conflict):
    code = "visit_then"
    message = "There is a visit in those days, and somebody waits for it. Call it off first, or choose other days."


class NotYours(Conflict):
    code = "not_yours"
    message = "The organisation asked for this pause. Ring them: they tell you more."


class SessionOver(Conflict):
    code = "session_over"
    message = "This desk session has begun or was called off. Choose another one."


class SessionNotOver(Conflict):
    code = "session_not_over"
    message = "This desk session is not over yet. Note afterwards who was there."


class SessionThere(Conflict):
    code = "session_there"
    message = "There is a desk session at this place at that hour already. Look at the list."


class WrongSessionHours(Problem):
    code = "wrong_session_hours"
    message = (
        "A desk session begins in the future, on one day, at a whole quarter of an hour, and takes half an hour to eight "
        "hours. A weekly one ends within a year."
    )


class NoSlip(Conflict):
    code = "no_slip"
    message = "There is no place on a slip to tell them. Hand out a slip first."


class NoDoorToMeetAt(Conflict):
    code = "no_door_to_meet_at"
    message = (
        "Somebody goes along to a computer room, a library, a digital helpdesk or a course that stands on a slip, as long as they "
        "have not been asked whether they got there. Hand out a slip to one first."
    )


class AlreadyGoesAlong(Conflict):
    code = "already_goes_along"
    message = "Somebody is asked already to go along to this place. Look at that request."


class WrongMeeting(Problem):
    code = "wrong_meeting"
    message = (
        "Fill in a day and an hour to come, between eight in the morning and eight in the evening, within two months."
    )


class OnlyAtThePlace(Conflict):
    code = "only_at_the_place"
    message = (
        "With this request one volunteer goes along, to a place, at an agreed hour. Close it for anything else, and go on with the "
        "question that it came from."
    )


class SlipTexted(Conflict):
    code = "slip_texted"
    message = "They have this slip as a text already. Read it out on the telephone, or print it."


class NumberSetAside(Conflict):
    code = "number_set_aside"
    message = (
        "Somebody else may have the telephone with this number, so nothing is texted to it. Note the number they have now on the "
        "volunteer's page: the link leaves by itself."
    )


class NoTelephone(Conflict):
    code = "no_telephone"
    message = "We have no number for this. Print the slip, and post it or hand it over."


class WantsNoTexts(Conflict):
    code = "wants_no_texts"
    message = "They said STOP to our texts. Ring them, or print the slip."


class NoPlaceToSit(Problem):
    code = "no_place_to_sit"
    message = "Choose a place with a door one can go to."


class WrongSeats(Problem):
    code = "wrong_seats"
    message = "A desk session has one to thirty seats, and none that somebody has taken can go."


class CannotSit(Conflict):
    code = "cannot_sit"
    message = "Who pauses, or whose papers are not in order on that day, cannot be signed up. Ring the organisation."


class ElsewhereThen(Conflict):
    code = "elsewhere_then"
    message = "There is a visit or another desk session at that hour. Choose one of the two."


class WrongMinutes(Problem):
    code = "wrong_minutes"
    message = "Fill in how many minutes each was there, from none to a whole day."


class GoesAlong(Conflict):
    code = "goes_along"
    message = "This is visited in one go with {reference}, from the same home. Choose volunteers there, or take the two apart."


class InOneGoAlready(Conflict):
    code = "in_one_go_already"
    message = "One of the two is visited in one go with another already. Take those apart first."


class NotBothWaiting(Conflict):
    code = "not_both_waiting"
    message = "In one go is possible while both wait for a volunteer. Look at what comes next for each of them."


class NotOneHome(Conflict):
    code = "not_one_home"
    message = "In one go is for two people at one address. Choose the request of somebody who lives there."


class NotInOneGo(Conflict):
    code = "not_in_one_go"
    message = (
        "The two do not go together: a series, two volunteers, another wish about who may come, no language that both speak, "
        "or no moment long enough at which both are at home. Change that, or visit each on their own."
    )


class NotAgreed(Problem):
    code = "not_agreed"
    message = "Ask both first whether they want to be visited in one go, and tick that they do."


class NotYetThere(Conflict):
    code = "not_yet_there"
    message = "They are expected there later. Ask afterwards whether they got there."


class SeatSettled(Conflict):
    code = "seat_settled"
    message = "A colleague has noted this already, or the seat was given back. Look at the request."


class KitElsewhere(Conflict):
    code = "kit_elsewhere"
    message = "Somebody else has this on one of those days. Choose another one, or other days."


class KitNotBack(Conflict):
    code = "kit_not_back"
    message = (
        "Whoever had this before has not brought it back yet. Note that first, or keep another one for this visit."
    )


class KitNotToday(Conflict):
    code = "kit_not_today"
    message = "It is kept from a later day on. Hand it over then."


class KitSettled(Conflict):
    code = "kit_settled"
    message = "A colleague has noted this already. Look at what stands there now."


class KitIsOut(Conflict):
    code = "kit_is_out"
    message = "Somebody has this, or it is kept for a visit. Take it back or give it free first."


class WrongKitDays(Problem):
    code = "wrong_kit_days"
    message = (
        "It is fetched today or later, before the visit or on its day, and back on that day or within two weeks of it."
    )


class TooManyKits(Problem):
    code = "too_many_kits"
    message = "There are ninety-nine of this kind. Use one again that is out of use."


class NotAColleague(Problem):
    code = "not_a_colleague"
    message = "Choose somebody who works here with clients, or nobody."
